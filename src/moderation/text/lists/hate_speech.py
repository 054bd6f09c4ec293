"""Slurs and attacks on people for what they are. The slurs are the few that the rules cannot do without."""

from moderation.model import ContentCategory
from moderation.text.notation import RuleSet

_STRONG_WORDS = """
    nigger/s faggot/s/y trannie/s tranny kike/s spic/s wetback/s gook/s raghead/s towelhead/s paki/s
    beaner/s untermensch/en 1488 rahowa holohoax heilhitler siegheil darkie/s
"""
_SUSPECT_WORDS = "fag/s chink/s coon/s retard/s/ed dyke/s subhuman/s nigga/s shemale/s feminazi/s"
_GROUP = """
    jew/s muslim/s gay/s lesbian/s homo/s homosexuals black/s african/s mexican/s immigrant/s migrant/s
    refugee/s gypsy gypsies arab/s asian/s chinese hindu/s catholic/s christian/s trans trannies
    transgender/s transsexual/s female/s feminist/s latino/s hispanic/s disabled foreigner/s indian/s
    pakistani/s turks kurds roma women blacks whites protestants sikh/s atheist/s autistics israelis
    palestinians
"""
_KIND = """
    black gay jewish muslim trans asian brown white disabled mexican arab indian african foreign autistic
"""
_SLANDER = """
    vermin animals parasites scum subhuman subhumans rats cockroaches roaches trash filth filthy rapists
    criminals terrorists monkeys apes dirty disgusting inferior cancer freaks evil thieves pigs dogs
    disease diseased garbage demons degenerates degenerate plague savages ill retarded worthless stupid
    invaders groomers pedophiles
"""
_PATTERNS_STRONG = """\
{group} are|r the|our|a|an real|true|biggest? problem|enemy|enemies|poison|plague|cancer|disease|virus|\
{slander}
{group} ruin|ruined|destroy|destroyed|infest|infested|invade|invaded|are our|the|my|this|ruining|\
destroying country|nation|europe|america|world|city|neighborhood|everything|west
{group} should|must|need|deserve|have all|to? be? banned|removed|eliminated|eradicated|expelled|beaten|\
sterilized|locked|punished|gone|stopped|enslaved
{kind} race|people|men|blood is|are superior|inferior|supreme|better|master|smarter|lesser|dumber
superior|inferior|master|pure|lesser|impure race|races|blood
back|go|belong|throw|put them|in|to|into the|into gas? ovens|chambers|oven|camps|chamber
gas chamber|chambers for|them|now|again|all
i|we|everyone hate|hates|despise|loathe all|those|these|the|fucking|you? {group}
i|we|everyone hate|hates|despise|loathe all|those|these|the|fucking? {kind} people|folks|ppl
dont|never trust|hire|marry|date|rent a|any|to? {group}
send|ship|deport|throw {group} all? back|home|out
{group} ... not human|people|welcome|humans
{group} stay|keep|get out
being gay|trans|lesbian is|should a|be? sin|disease|illness|disgusting|wrong|sick|choice|unnatural|illegal
race traitor|traitors|mixing|mixers
ban islam|muslims|gays|trans
gas|burn|kill|hang|lynch|shoot|exterminate|eradicate|deport|ban|hate|behead|bomb|nuke|slaughter|expel|\
purge all? the|every|those|these|any|you? dirty|filthy|fucking|damn|damned|stupid|illegal? {group}
gas|burn|kill|hang|lynch|shoot|exterminate|eradicate|deport|ban|hate|behead|bomb|nuke|slaughter|expel|\
purge all? the|every|those|these|you? {kind} people|folks|ppl|men|kids|families
{group} are|r|is all|just|nothing|only|mentally|like? but|literally? {slander}
{kind} people|folks|ppl|men|women|kids are|r all|just|nothing|mentally|like? but? {slander}
death to|2 all|the? {group}
death to|2 all|the? {kind} people|folks|ppl
{group} should|must|need|deserve|will|shall|gotta all|to? be? die|burn|hang|suffer|exterminated|killed|\
deported|gassed|shot
{kind} people|folks|ppl should|must|deserve to? die|burn|hang|suffer
{group} will|shall|must not|never replace
{group} control|controls|run|runs|own|owns|rule|rules the|our|all? world|media|banks|government|hollywood
go|get|crawl|send|fuck them? back|out|off to|of your|my|our|ur|the|yo? country|countries|africa|mexico|\
china|india|pakistan|jungle|shithole|desert
women|woman|females belong|belongs in|to the? kitchen
back to|in the kitchen woman|women|bitch
dirty|filthy|stinking|smelly|greedy|evil|fucking|bloody|sneaky|lazy|damn {group}
race|racial holy? war now|soon|is|coming|holy|begins|day
racial holy war
great replacement
ethnic cleansing
final solution now|for|to|was
day of the rope
holocaust never|didnt|did happened|happen|not
holocaust is|was a? hoax|lie|fake|myth|lies
holocaust hoax|lie|denial|myth|hoaxers
six|6 million lies|lie
hitler was|is right|correct|great|hero|good|based|innocent|did
hitler did nothing|no wrong
heil|hail|heiling|hiel hitler|trump|führer
sieg|seig|seeg heil|hiel
white|aryan power|supremacy|supremacist|supremacists|pride|genocide|nationalism|nationalist|race|nation|\
rule|master|brotherhood|homeland|ethnostate|resistance worldwide|forever|now|real|rally|march|music|\
world|movement
white|aryan power|supremacy|supremacist|supremacists|pride|genocide|ethnostate|brotherhood
14 88
14|fourteen words
88 heil|precepts|hitler
ku klux klan
kkk rally|was|were|right|member|members|march|hood|forever|power
blood and soil honor|honour|forever
white lives matter
nazi|nazis power|pride|salute|forever|rise|were|rule right|good|based
nazi|fascist power|pride|salute|rally|salutes
proud nazi|fascist|racist|bigot|antisemite|homophobe|islamophobe
{group} go|get home|out
{kind} people go|get home|out
no {group} allowed
no {kind} people|folks allowed
whites|white|aryans only|first people
{group} vermin|scum|filth|trash|parasites
{slander} {group}
islam|judaism|muslims|gays|feminism is|are a? cancer|evil|disease|filth|plague|sin
one|1 less|fewer {group}
protect|save|preserve the? white race|children|blood
sand|prairie|timber nigger|niggers
retarded {group}
gender|trans ideology is|are? cancer|filth
"""

HATE_SPEECH = RuleSet(
    lists={"group": tuple(_GROUP.split()), "kind": tuple(_KIND.split()), "slander": tuple(_SLANDER.split())},
    words={
        ContentCategory.HATE_SPEECH: {
            "strong": tuple(_STRONG_WORDS.split()),
            "suspect": tuple(_SUSPECT_WORDS.split()),
        }
    },
    stems={ContentCategory.HATE_SPEECH: {"strong": ("nigger", "faggot")}},
    patterns={ContentCategory.HATE_SPEECH: {"strong": tuple(_PATTERNS_STRONG.splitlines())}},
)
