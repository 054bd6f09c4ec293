"""Sexual content, nudity and strong profanity."""

from moderation.model import ContentCategory
from moderation.text.notation import RuleSet

_STRONG_WORDS = """
    porn/o/os/ography/ographic/star/stars pron pornhub xvideos xhamster redtube youporn brazzers rule34
    r34 nsfw hentai futa futanari ahegao yiff nudes lewds noods sextape/s sexcam/s sexting camgirl/s
    camboy/s onlyfans fansly chaturbate manyvids cumshot/s cum/s/ming blowjob/s handjob/s footjob/s
    rimjob/s titjob/s titfuck tittyfuck buttfuck assfuck facefuck deepthroat/s/ed/ing gangbang/s/ed/ing
    creampie/s bukkake milf/s gilf/s threesome/s orgy orgies orgasm/s/ic dildo/s buttplug/s fleshlight
    strapon fap/ping jerkoff wanking anal fisting cunnilingus fellatio bdsm femdom upskirt/s downblouse
    cameltoe/s striptease/s slut/s/ty whore/s doggystyle cuckold/s titties titty camwhore/s cocksucker/s
"""
_SUSPECT_WORDS = """
    fuck/s/ed/er/ers/ing/in/y fuk/s/ed/ing/er/in fukk/in/ing/er/ed/s fucc/ing/er fxck/ing/er/ed
    fck/s/ed/ing/er fuq fcuk fuxk fux cunt/s/y wanker/s sex seggs nude/s/ity naked topless boob/s/ies
    booby tits pussy pussies horny nipple/s penis/es vagina/s vulva/s clit clitoris testicle/s scrotum
    genital/s/ia erotic/a/ally fetish/es kinky bondage dominatrix stripper/s prostitute/s panties thot/s
    hoes bj/s dilf/s ecchi twerking voyeur/s jizz wank/s uncensored cleavage sideboob underboob handbra
    pantyless braless camslut/s bimbo/s spunk boner/s lewd smut sext hookers 80085 cock/s bangbros
    dickpic/s whorehouse/s xxx bareback pegging
"""
_STEMS = ("porn", "hentai", "blowjob", "masturbat", "ejaculat", "pussies", "cumshot", "onlyfans", "sextape")
_PATTERNS_STRONG = """\
fuck|fucks|fucked|fucking|fck|fuk me|her|him hard|harder|daddy|raw|deep
fuck|fck|fuk me|her|him
ass|anal|pussy|tits|hard fuck|fucking|fucked|pounding|eating|licking
fucking hard|raw|hot
dick|cock|penis pic|pics|picture|pictures|sucking|rub|rubbing|slap|ride|riding
suck|sucks|sucking|ride|rides|riding|lick|licking|stroke|stroking my|his|your|a|the|that? dick|cock|balls
big|huge|hard|massive|thick|monster|black|throbbing|bbc black|thick|hard? dick|dicks|cock|cocks|dong
wet|tight|eat|eating|lick|licking|shaved|hairy|juicy|juicy pussy
big|huge|massive|bouncing|saggy|perky|natural|fake|nice natural|fake? tits|titties|boobs|boobies|knockers
sex tape|tapes|toy|toys|video|videos|vid|vids|scene|scenes|cam|cams|chat|doll|dolls|slave|slaves|party|\
show|loop|loops|gif|gifs|clip|clips|pic|pics|position|positions|act|acts|dungeon|club|live|stream|leak|\
leaked
oral|anal|group|gay|lesbian|hot|hardcore|softcore|amateur|phone|public|webcam|wild|rough|kinky|live|\
homemade|outdoor|steamy|interracial|milf|gonzo|drunk sex
hardcore|softcore amateur|lesbian|gay|video|videos|scene|scenes
have|having|had|has|want|wants hot|rough|wild|anal|oral? sex
cam|camera|webcam girl|girls|show|model|models strips|stripping|nude|naked|private|show|sex
cam|webcam|call girl|girls|model|models|show|shows
escort|escorts service|services|girl|girls|agency|tonight|near
strip|strips|stripping|stripped|undress|undresses|undressing|bathing|showering naked|nude|topless|off
nude|naked|topless|undressing|undressed girl|girls|woman|women|wife|babe|babes|lady|ladies|teacher|celeb|\
celebs|celebrity|celebrities|selfie|selfies|pic|pics|photo|photos|body|model|models|beach|dance|dancing|\
chick|chicks|milf|girlfriend|gf|ex|guy|guys|man|men|boys|yoga
sexy|hot|busty|leaked|totally|completely|fully|half naked|nude|topless|undressed|undressing|nudes
girl|girls|woman|women|babe|wife|lady|milf naked|nude|undressing|topless|stripping|strips
sexy lingerie|strip|striptease|ass|tits|boobs|body|babe|babes|milf
send|sending|leaked|leak|my|her|trade|selling nude|nudes|noods|lewds|nudez
adult|adults video|videos|vids|film|films|movie|movies|site|sites|content|entertainment|only|clip|clips|\
star
uncensored|uncut adult|hentai|sex|scene|nude|nudity|boobs|tits
18 only|content|clip|video|adult
only fans|fan leak|leaks|leaked|girl|girls|model|models|preview|exclusive|link|page|content|free|pics
jerk|jerking|jack|jacking|wank|wanking|rub|rubbing|beat|beating one? off|bank|out
nip|nipple slip|slips
xxx video|videos|vid|vids|hot|pic|pics|gif|gifs|clip|clips|site|tube|girls|live|rated
camel toe|toes
doggy style
reverse cowgirl
rule 34
69 position|sex|couple|oral
barely legal
erotic|happy|nude|naked|sensual ending? massage
happy ending massage
no|without panties|bra|underwear
wet dream|dreams|panties
butt plug|plugs|naked
strap on
money shot facial
cum|cumming on|in|inside|all|over|face|mouth|load
swinger|swingers party|club|couple
sugar baby|babies nude|nudes|sex
shaking|shakes|shake|twerk|twerks|twerking|spank|spanking her|that|my ass
twerk|twerking nude|naked|thong|topless
get|getting|got naked|laid|nude|horny
slave|slaves tied|bound|gagged|whipped
🍆 💦|🍑|👅
🍑 💦|🍆
👉 👌
🌽 star|hub|stars|video|videos|⭐
ride|rides|riding him|her|dick|cowgirl|it hard|deep|reverse|cowgirl|raw
"""
_PATTERNS_SUSPECT = """\
spank|spanks|spanking|spanked me|her|him|us|daddy|mommy|wife|girl|ass|butt|hard
see through|thru top|dress|shirt|blouse|lingerie|bikini|nipples|bra
booty|ass|butt|tits|boobs|boob shaking|shake|bounce|bouncing|twerk|jiggle|jiggling|clap|clapping|pop|\
popping|slip
in a|her|tiny|micro|wet? thong|g|panties|underwear bent|close|closeup|up|spread|twerking|shaking
thong|panties|bra|underwear slip|off|down|close|pulled|tease|peek
legs|wide|cheeks spread|spreading|open wide|legs
bent over naked|doggy|for|hard|desk|daddy
seduce|seduces|seducing|seduced|seductive|sensual|steamy|erotic|naughty|intimate scene|dance|wife|\
teacher|pose|shower|massage|video|student|stepmom|neighbor|boss|bath
fap|nut|goon|gooning to|material|session|challenge|cave
on|gets|give|giving|gave|got his|her|your|my|a knees|head oral|begging|from
lap dance|dances
hook|hookup|hooking up? tonight|near|with|dating|milf
turn|turns|turned|turning me on
moan|moans|moaning loud|loudly|sex|girl|compilation|hard|sounds
make|makes|making out topless|naked|hard|session
nice|huge|bare|exposed|fake rack|knockers|melons|jugs|tits|boobs|bosom
big|fat|phat|huge|round|thicc|juicy|nice|sexy ass|asses|booty|butt
hot|horny|lonely|sexy|naughty|slutty housewife|housewives|moms|stepmom|stepsis|nurse|secretary|wives
"""

NSFW = RuleSet(
    words={
        ContentCategory.NSFW: {
            "strong": tuple(_STRONG_WORDS.split()),
            "suspect": tuple(_SUSPECT_WORDS.split()),
        }
    },
    stems={ContentCategory.NSFW: {"strong": _STEMS, "suspect": ("fuck",)}},
    patterns={
        ContentCategory.NSFW: {
            "strong": tuple(_PATTERNS_STRONG.splitlines()),
            "suspect": tuple(_PATTERNS_SUSPECT.splitlines()),
        }
    },
)
