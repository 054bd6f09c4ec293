"""What only looks bad: words that hold a listed word, phrases in which one is harmless; and small words."""

from moderation.text.notation import RuleSet

_WORDS = """
    scunthorpe penistone cockburn essex sussex middlesex wessex arsenal assassin/s/ation/ate assess/ment
    analysis analyst/s shiitake shih cockatoo/s cocktail/s peacock/s cockpit/s cockroach/es cocker cockney
    cocky hancock therapist/s psychotherapist/s physiotherapist/s titan/s/ic title/s titration cumin
    cumulus document/s circumference accumulate/s sextant/s sextet/s sexagenarian/s unisex asexual/s
    bisexual/s intersex grape/s drape/s drapery scrape/s/d scraping rapper/s rapping rapped trapped
    wrapping wrapped rapeseed skyscraper/s parachute snigger/s/ed/ing niggard/ly niggle/s niger nigeria
    nigerian dickens dickinson dickson pussycat/s pussyfoot/ing pussywillow octopussy hoedown shoe/s
    class/es classic/s pass/es passport/s grass/es bass mass/es massage/s embassy assembly assume/s
    assumed compass button/s buttress butter fuchsia fukushima fukuoka phuket pornichet nudge/s anus
    uranus wankel analog/ue canal/s banal fundamental/s retardant/s ritardando spicy spice/s cuckoo/s
    cucumber/s whoever shuttlecock/s weathercock/s woodcock hitchcock babcock gamecock cockerel/s cockle/s
    cocked cockapoo/s cocksure cockhorse cockeye/d cockup/s blackcock/s titmouse titmice clitheroe
    lightwater corn/y saturday mishit cassette ass assn asset/s bassist jackass badass smartass dumbass
    crass racoon/s raccoon/s coonskin/s backhoe/s deadhead/s freebooter/s aromatherapist/s torpedo/s/es
    pronto pronation annal/s pennis sexless feckless muffin/s incumbent/s tomtit/s bonner sextillion
    sexton sextuplet/s sexism sexist/s nudist/s nudism raptor/s rapt rapture seduction montenegro
    ansporn/en/t spornen socialism/e socialiste/s homosexuality heterosexual/s pansexual/s transsexuality
    demisexual sexuality sexology
"""

_PHRASES = """\
al|vice gore
gore tex|verbinski|vidal|magala
great|blue|coal|marsh|willow|long|crested|bearded|penduline tailed? tit|tits
moby|spotted|philip|andy|deadeye dick|k
pussy willow|willows|riot|galore|cat
kitty|here|nice pussy cat
sex education|ed|pistols|discrimination|equality
sex and the city
same|opposite|fair|biological|weaker|fairer sex
battle of the sexes
nude lipstick|lipsticks|heels|shade|shades|nail|nails|color|colour|colors|eyeshadow|palette|tone|tones|\
makeup|pumps|lip
naked mole|gun|eye|juice|snake|cake|truth|chef|neck
the naked gun|chef|mole|eye|truth
with|to the naked eye
breast|chicken|turkey|duck cancer|stroke|milk|pump|feeding|recipe|meat|fillet
horny toad|toads|lizard|lizards|goat
booby trap|traps|prize
blue footed? booby|boobies
brown|masked|red booby|boobies
rape seed|oil|crisis|awareness|prevention|kit
magna|summa|cum cum|laude laude?
cum laude
chink|chinks in the? armour|armor|armours
spic and span
maine coon|coons
coon cat|hound|dog
faggots and|in gravy|peas|mash|onion
finger|boy|lock dyke|dike
dyke in|along|road|march|path|breach the? netherlands|holland|dutch|road|water|sea
suicide squad|prevention|awareness|hotline|helpline|doors|door|lifeline|watch|bunny
chainsaw massacre
scream|screams|screaming|screamed|cry bloody murder
shoot|shot|shooting yourself|himself|myself in the foot
rope to hang yourself|himself
corpse bride|husband|flower|reviver|pose
white power supply|supplies|cable|cables|adapter|adaptor|cord|button|bank|tool|tools|strip|socket|plug|\
outlet|brick
weed killer|whacker|wacker|eater|control|whacking|wacking|pulling|barrier
bath|cherry|photo|seed|cocoa|chocolate|glitter|smoke|flavor|flavour|yule|tea bomb|bombs
nerf|water|toy|glue|bubble|squirt|paint|heat|nail|finger|airsoft|caulk|staple|ray|laser|salute gun|guns
anal retentive|fin|gland|glands
kinky boots
garden|farm|hand hoe|hoes
fire|flame retardant|retard
cock a doodle|hoop|leekie
cock robin|pheasant|fighting
philip k dick
dick van|tracy|cheney|wolf|clark|grayson|turpin|whittington|advocaat dyke?
pussy in boots
you|love|mum|mom|birthday|night|kisses|hun|luck|soon xxx
topless car|jeep|convertible|jeep|roadster|tower
free willy|hugs|throw|throws|kick|kicks|speech|fall|spirit|range|palestine|wifi|britney|solo
stop|report|fight|end|against|prevent|awareness csam|trafficking|rape|suicide|bullying|gore
fetish for|shoes coffee|books|stationery
kill bill|switch|streak|la|team|joy|shot|confirmed
bachelor|hen stripper|strippers cake|pole|pens
wire|paint|cable stripper|strippers
dyed in the wool
strip club|mall|steak|bacon|poker|light|lights sandwich?
adult swim|education|ballet|beginner
bareback riding|rider|horse
black|white friday|sabbath|panther|widow|pearl|mirror|parade|swan
click here if you love
"""
_COMPANIONS = """
    hot free girl/s video/s vid/s gif/s pic/s pics clip/s live cam teen/s big my the real best only new
    daily world hub boy/s man men woman women love/s you your me is in on of to for and all are with from
    her his its now go day time photo/s image/s cute sweet little old wild crazy super mega hub/s tube
    archive collection fan/s club show/s party lover/s addict life house land zone king/s queen/s babe/s
    baby wife mom/s daddy black white amateur hard hardcore link bio here cheap online sale shop store
    follow/s like/s send selling buy get want need watch watching click page up no so be we he it at by or
    do if
"""

ALLOWED = RuleSet(
    allowed=(*_WORDS.split(), *_PHRASES.splitlines()),
    companions=tuple(_COMPANIONS.split()),
)
