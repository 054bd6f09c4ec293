"""oEmbed 1.0 (oembed.com): what a link or an asset is to those that embed it. Everything here is pure."""
