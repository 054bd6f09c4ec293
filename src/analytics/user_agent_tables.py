"""What the parts of a User-Agent header mean: ordered tables, matched in lower case, first hit wins.

Order carries the knowledge. Bots come before everything, because they imitate browsers; apps before
browsers, because an app's web view also names the engine; and each browser before the one it imitates.
"""

from __future__ import annotations

from analytics.kinds import Platform

_OTHER = Platform.OTHER

BOTS: tuple[tuple[str, str, Platform, bool], ...] = (
    # Token, name, platform, and whether it fetches a page to show a preview of it to people.
    ("facebot twitterbot", "iMessage", _OTHER, True),
    ("kakaotalk-scrap", "KakaoTalk preview", _OTHER, True),
    ("line-poker", "LINE preview", _OTHER, True),
    ("telegrambot", "TelegramBot", _OTHER, True),
    ("discordbot", "Discordbot", Platform.DISCORD, True),
    ("slackbot", "Slackbot", Platform.SLACK, True),
    ("slack-imgproxy", "Slackbot", Platform.SLACK, True),
    ("skypeuripreview", "SkypeUriPreview", Platform.TEAMS, True),
    ("facebookexternalhit", "facebookexternalhit", Platform.FACEBOOK, True),
    ("facebot", "facebookexternalhit", Platform.FACEBOOK, True),
    ("facebookcatalog", "Meta crawler", Platform.FACEBOOK, False),
    ("meta-externalagent", "Meta crawler", Platform.FACEBOOK, False),
    ("meta-externalfetcher", "Meta crawler", Platform.FACEBOOK, False),
    ("twitterbot", "Twitterbot", Platform.TWITTER, True),
    ("whatsapp/", "WhatsApp", _OTHER, True),
    ("linkedinbot", "LinkedInBot", _OTHER, True),
    ("pinterestbot", "Pinterestbot", _OTHER, True),
    ("pinterest/0.", "Pinterestbot", _OTHER, True),
    ("redditbot", "redditbot", _OTHER, True),
    ("snap url preview", "Snapchat preview", _OTHER, True),
    ("bluesky cardyb", "Bluesky Cardyb", _OTHER, True),
    ("mastodon/", "Mastodon", _OTHER, True),
    ("pleroma", "Pleroma", _OTHER, True),
    ("akkoma", "Pleroma", _OTHER, True),
    ("misskey/", "Misskey", _OTHER, True),
    ("lemmy/", "Lemmy", _OTHER, True),
    ("synapse (bot", "Matrix preview", _OTHER, True),
    ("embedly", "Embedly", _OTHER, True),
    ("iframely", "Iframely", _OTHER, True),
    ("vkshare", "VK preview", _OTHER, True),
    ("tumblr/", "Tumblr preview", _OTHER, True),
    ("flipboardproxy", "Flipboard preview", _OTHER, True),
    ("microsoftpreview", "MicrosoftPreview", _OTHER, True),
    ("googlebot", "Googlebot", _OTHER, False),
    ("google-inspectiontool", "Googlebot", _OTHER, False),
    ("googleother", "Googlebot", _OTHER, False),
    ("adsbot-google", "Googlebot", _OTHER, False),
    ("mediapartners-google", "Googlebot", _OTHER, False),
    ("bingbot", "bingbot", _OTHER, False),
    ("bingpreview", "bingbot", _OTHER, False),
    ("applebot", "Applebot", _OTHER, False),
    ("duckduckbot", "DuckDuckBot", _OTHER, False),
    ("yandex.com/bots", "YandexBot", _OTHER, False),
    ("baiduspider", "Baiduspider", _OTHER, False),
)

# Somebody runs these on purpose, so a visit of theirs is a click like any other.
TOOLS: tuple[tuple[str, str], ...] = (
    ("headlesschrome", "Headless browser"),
    ("phantomjs", "Headless browser"),
    ("curl/", "HTTP client"),
    ("wget/", "HTTP client"),
    ("python-", "HTTP client"),
    ("aiohttp/", "HTTP client"),
    ("go-http-client", "HTTP client"),
    ("okhttp/", "HTTP client"),
    ("axios/", "HTTP client"),
    ("node-fetch", "HTTP client"),
    ("undici", "HTTP client"),
    ("libwww-perl", "HTTP client"),
    ("guzzlehttp", "HTTP client"),
    ("apache-httpclient", "HTTP client"),
    ("postmanruntime", "HTTP client"),
    ("httpie/", "HTTP client"),
    ("insomnia/", "HTTP client"),
    ("windowspowershell", "HTTP client"),
    ("http.rb/", "HTTP client"),
)

OTHER_BOT = "Bot"
OTHER_BOT_TOKENS = ("bot", "spider", "crawl", "scrape", "slurp", "fetcher", "+http", "lighthouse")
# A phone brand whose name ends like a robot's.
NOT_BOTS = ("cubot",)

APPS: tuple[tuple[str, str, Platform], ...] = (
    ("instagram ", "Instagram", _OTHER),
    ("barcelona ", "Threads", _OTHER),
    ("fban/messenger", "Messenger", Platform.FACEBOOK),
    ("fb_iab/orca", "Messenger", Platform.FACEBOOK),
    ("fban/", "Facebook", Platform.FACEBOOK),
    ("fbav/", "Facebook", Platform.FACEBOOK),
    ("fb_iab/", "Facebook", Platform.FACEBOOK),
    ("twitter for ", "Twitter", Platform.TWITTER),
    ("twitterandroid", "Twitter", Platform.TWITTER),
    ("slack_ssb/", "Slack", Platform.SLACK),
    ("slack/", "Slack", Platform.SLACK),
    ("com.tinyspeck.", "Slack", Platform.SLACK),
    ("discord/", "Discord", Platform.DISCORD),
    ("discord-", "Discord", Platform.DISCORD),
    ("teams/", "Teams", Platform.TEAMS),
    ("teamsmobile", "Teams", Platform.TEAMS),
    ("linkedinapp", "LinkedIn", _OTHER),
    ("[pinterest/", "Pinterest", _OTHER),
    ("pinterest for ", "Pinterest", _OTHER),
    ("snapchat", "Snapchat", _OTHER),
    ("bytedancewebview", "TikTok", _OTHER),
    ("musical_ly", "TikTok", _OTHER),
    ("trill_", "TikTok", _OTHER),
    ("micromessenger/", "WeChat", _OTHER),
    ("kakaotalk", "KakaoTalk", _OTHER),
    (" line/", "LINE", _OTHER),
    ("telegram-", "Telegram", _OTHER),
    ("reddit/", "Reddit", _OTHER),
)

BROWSERS: tuple[tuple[str, str], ...] = (
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("edge/", "Edge"),
    ("opr/", "Opera"),
    ("opera", "Opera"),
    ("opios/", "Opera"),
    ("opt/", "Opera"),
    ("opx/", "Opera"),
    ("samsungbrowser/", "Samsung Internet"),
    ("gsa/", "Google app"),
    ("vivaldi/", "Vivaldi"),
    ("yabrowser/", "Yandex Browser"),
    ("ucbrowser/", "UC Browser"),
    ("duckduckgo/", "DuckDuckGo"),
    ("ddg/", "DuckDuckGo"),
    ("brave/", "Brave"),
    ("whale/", "Whale"),
    ("miuibrowser/", "Mi Browser"),
    ("huaweibrowser/", "Huawei Browser"),
    ("qqbrowser/", "QQ Browser"),
    ("silk/", "Silk"),
    ("fxios/", "Firefox"),
    ("focus/", "Firefox"),
    ("firefox/", "Firefox"),
    ("electron/", "Electron"),
    ("; wv)", "Android WebView"),
    ("crios/", "Chrome"),
    ("chromium/", "Chrome"),
    ("chrome/", "Chrome"),
    ("trident/", "Internet Explorer"),
    ("msie ", "Internet Explorer"),
)
SAFARI = "Safari"
ANDROID_BROWSER = "Android Browser"
IOS_WEBVIEW = "iOS WebView"

SYSTEMS: tuple[tuple[str, str], ...] = (
    ("windows phone", "Windows Phone"),
    ("windows", "Windows"),
    ("iphone", "iOS"),
    ("ipad", "iOS"),
    ("ipod", "iOS"),
    ("cros ", "ChromeOS"),
    ("kaios", "KaiOS"),
    ("tizen", "Tizen"),
    ("web0s", "webOS"),
    ("webos", "webOS"),
    ("harmony", "HarmonyOS"),
    ("android", "Android"),
    ("playstation", "PlayStation"),
    ("nintendo", "Nintendo"),
    ("macintosh", "macOS"),
    ("mac os x", "macOS"),
    ("macos", "macOS"),
    ("bsd", "BSD"),
    ("linux", "Linux"),
    ("x11", "Linux"),
)
DESKTOP_SYSTEMS = frozenset({"Windows", "macOS", "Linux", "ChromeOS", "BSD"})
MOBILE_SYSTEMS = frozenset({"iOS", "Android", "Windows Phone", "KaiOS", "HarmonyOS"})

SCREENS = (
    # Televisions and consoles: neither a desk nor a hand.
    "smart-tv",
    "smarttv",
    "smart tv",
    "android tv",
    "googletv",
    "apple tv",
    "web0s",
    "bravia",
    "crkey",
    "aftt",
    "aftm",
    "roku",
    "xbox",
    "playstation",
    "nintendo",
)
TABLETS = ("ipad", "tablet", "kindle", "silk-accelerated", "playbook")

UNKNOWN = "other"
DEVICE_TYPES = frozenset({"desktop", "mobile", "tablet", "bot", UNKNOWN})
BROWSER_NAMES = frozenset(
    {
        UNKNOWN,
        OTHER_BOT,
        SAFARI,
        ANDROID_BROWSER,
        IOS_WEBVIEW,
        *(name for _, name, _, _ in BOTS),
        *(name for _, name in TOOLS),
        *(name for _, name, _ in APPS),
        *(name for _, name in BROWSERS),
    }
)
SYSTEM_NAMES = frozenset({UNKNOWN, *(name for _, name in SYSTEMS)})
