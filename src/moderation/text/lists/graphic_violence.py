"""Gore, cruelty, threats, self-harm."""

from moderation.model import ContentCategory
from moderation.text.notation import RuleSet

_STRONG_WORDS = "nsfl goreporn bestgore liveleaks theync kys snuffporn"
_SUSPECT_WORDS = """
    gore gory behead/s/ed/ing/ings decapitate/s/d decapitating decapitation/s dismember/s/ed/ing/ment
    disembowel/s/ed/led/ing/ling/ment mutilate/s/d mutilating mutilation/s eviscerate/d evisceration
    lynching/s lynched corpse/s massacre/s/d bloodbath/s impaled suicide/s suicidal selfharm unalive/d/s
    necrophilia
"""
_CRUEL = """
    behead/s/ed/ing/ings decapitated decapitation execution/s executed murder/s/ed murdering stabbing/s
    stabbed torture/s/d torturing suicide massacre lynching mutilation dismembered dismemberment
    shooting/s gore killed killing kills corpse/s death/s bloodbath slaughter/ed bombing/s crash
    accident/s hanging drowning drowned strangled
"""
_PATTERNS_STRONG = """\
jump|jumps|jumped|jumping|fall|falls|fell|falling|plunge|plunges|plunged|leaps to his|her|their|its \
death|deaths
hit|hits|kills|killed|crushes|crushed|run|runs|struck|mauls|mauled|shoots|shot|stabs|stabbed ... \
uncensored|gore|graphic|footage|gruesome
body|human|child bits|parts|remains on|scattered|everywhere|found|in|across|exposed|floating
{cruel} & footage|uncensored|uncut|leaked|livestream|livestreamed|liveleak|bestgore|graphic
{cruel} video|videos|vid|clip|clips|tape|film|compilation real|uncensored|uncut|leaked|full
real|actual|raw|graphic|uncensored|uncut|leaked {cruel}
behead|beheaded|beheading|beheadings|execution|executions|decapitation|torture|suicide|lynching|\
mutilation|dismemberment|snuff|gore|decapitated|murder|massacre|stabbing video|videos|vid|clip|clips|\
compilation|gif|gifs|caught|livestream|stream|live|tape
{cruel} on|caught|during live|on? camera|cam|tape|stream|livestream|live|film
snuff film|films|movie|movies|video|videos|clip|clips
isis|cartel|mafia|taliban|hamas|gang|mob beheading|beheadings|execution|executions|chainsaw|torture|\
killing|killings|video|videos|murder|murders
stabbed|beaten|crushed|tortured|hacked|choked|stoned|burned|burnt|kicked|trampled|bludgeoned|strangled|\
whipped|shot|mauled|eaten|bleeding|bleeds to death
burned|burnt|skinned|flayed|boiled|dissected|cooked|eaten alive
stabbed|stabbing|shot|shooting|knifed him|her? in the neck|chest|throat|heart|face|eye|stomach|head|gut|\
guts
kill|hang|shoot|off|drown|neck|stab yourself|urself|yourselves
throat|throats|wrists slit|slashed
brain|brains blown|splattered|smashed out|off|everywhere
slit|slits|slitting|cut|cuts|cutting his|her|your|their|my|my|ur throat|throats|wrist|wrists|veins
guts|intestines|entrails|organs|brains spilling|spilled|spill|hanging|falling|out
blood and guts|gore
dead|bloody|charred|rotting|rotten|mangled|severed|mutilated|burnt|burned|decomposing|headless|\
dismembered human|child|body? corpse|corpses|body|bodies|head|heads|limb|limbs|torso|remains|hand|arm|leg
drink|eat|swallow bleach
jump off a? bridge|building|cliff die|loser|already
self harm|harming|injury|mutilation|cutting
shoot|shooting|blow|blowing|bomb|bombing|burn|burning|shot up|down? the|a|my|your|our|this|that school|\
church|mosque|synagogue|office|mall|hospital|airport|concert|club
school|mass|mosque|church|nightclub|synagogue|theater|drive shooting|shootings|shooter|massacre|stabbing
you|u|they|he|she|everyone will|gonna|should|deserve|deserves|must|going to? die|suffer|bleed|burn \
tonight|painfully|slowly|soon|now
animal|animals|dog|dogs|cat|cats|puppy|kitten|horse|monkey|child|baby cruelty|abuse|torture|tortured|\
abused|skinned|beaten|killed|slaughter|slaughtered
fatal|deadly accident|crash|shooting|stabbing|wreck|fall|injury|injuries|beating footage|caught|graphic|\
video|clip
graphic|disturbing|gruesome|gory|horrific|brutal death|deaths|footage|murder|murders|killing|injury|\
injuries|accident|torture|execution|stabbing|content|scene|wound|wounds|video
people|man|woman|guy|person|kid being|getting|gets|got|is|was murdered|tortured|stabbed|executed|lynched|\
beheaded|decapitated|shot|impaled|mutilated
watch|see|seeing|watching|video people|person|man|woman|someone|them|of die|dying|suffer|bleed
curb stomp|stomped|stomping
acid attack|attacks victim|victims|video|footage
live death|deaths|murder
bloody|brutal|savage|violent murder|massacre|corpse|beating|killing|lynching|stabbing|execution
necklacing|hanged|lynched|executed by mob|cartel|crowd|isis
"""
_PATTERNS_SUSPECT = """\
body|human parts|remains|flesh
exposed|broken|snapped|protruding|compound bone|bones|fracture|skull
shoots|shot|kills|killed|stabs|stabbed|hangs|hanged|drowns|burns himself|herself|themselves|wife|husband|\
girlfriend|boyfriend|victim|hostage|hostages|prisoner|prisoners|protester|protesters
hostage|hostages|prisoner|prisoners|victim|victims|soldier|soldiers|civilian|civilians killed|executed|\
shot|burned|tortured|beheaded|hanged|bombed|massacred|dead|murdered
police|cop|cops shooting|shoot|shoots|shot|kill|kills|killed|beating bodycam|man|woman|suspect|unarmed|\
teen|footage|dead
bodycam|dashcam|cctv shooting|murder|killing|stabbing|shootout|fatal|death|execution
shooting|attack|bombing|massacre|stabbing|murder full|live|raw|cctv|aftermath|bodycam video|footage|\
stream|clip
bleeding|bleeds|bled out|profusely|death|everywhere
covered|drenched|soaked in blood
pool|puddle of blood
wish|hope you|he|she|they|everyone were|was|die|dies|died|dead|get|gets dead|painfully|cancer|slowly|\
killed|shot
i want|wanna|plan|need|going to? die|kill|end|slit|hurt|cut my|myself|everyone|you|it|everybody
nobody|noone|no|one will|would one|miss|care you|if|when dead|die|gone
end|take|ending|taking my|your|his|her|ur own life
end|ending my|your|ur|it life|all
bullet|bullets in|to|through your|his|her|the|my head|brain|skull
gonna|gunna|will|ill|going|wanna|want|must|should|imma to? kill|murder|stab|behead|shoot|strangle|\
slaughter|rape you|u|him|her|them|everyone|everybody|yall|all|these|those|your|ur
commit|commits|committing|committed|attempt|attempted|attempting|want suicide|die|dying
head|heads chopped|severed|cut|sliced off
brains|skull|head bashed|smashed|crushed|blown in|out|off|open
kills|killing|hangs|hanging|shoots|shooting|cut|cuts|cutting|harm|harming|harms|offing yourself|urself|\
himself|herself|themselves|myself
"""

GRAPHIC_VIOLENCE = RuleSet(
    lists={"cruel": tuple(_CRUEL.split())},
    words={
        ContentCategory.GRAPHIC_VIOLENCE: {
            "strong": tuple(_STRONG_WORDS.split()),
            "suspect": tuple(_SUSPECT_WORDS.split()),
        }
    },
    stems={ContentCategory.GRAPHIC_VIOLENCE: {"strong": ("goreporn", "bestgore"), "suspect": ("decapitat",)}},
    patterns={
        ContentCategory.GRAPHIC_VIOLENCE: {
            "strong": tuple(_PATTERNS_STRONG.splitlines()),
            "suspect": tuple(_PATTERNS_SUSPECT.splitlines()),
        }
    },
)
