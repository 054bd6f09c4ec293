"""The lists that ship, one module a category. docs/text-rules.md explains the notation and the policy."""

from moderation.text.lists.allowed import ALLOWED
from moderation.text.lists.graphic_violence import GRAPHIC_VIOLENCE
from moderation.text.lists.hate_speech import HATE_SPEECH
from moderation.text.lists.illegal import ILLEGAL
from moderation.text.lists.nsfw import NSFW
from moderation.text.lists.spam import SPAM

DEFAULT_RULE_SETS = (ALLOWED, ILLEGAL, HATE_SPEECH, GRAPHIC_VIOLENCE, NSFW, SPAM)

__all__ = ["DEFAULT_RULE_SETS"]
