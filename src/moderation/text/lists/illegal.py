"""Sale of drugs, weapons, documents, stolen data; terror; trafficking; child abuse, by policy terms."""

from moderation.model import ContentCategory
from moderation.text.notation import RuleSet

_DRUG = """
    cocaine heroin meth methamphetamine weed marijuana cannabis mdma molly ecstasy lsd fentanyl oxycodone
    oxycontin oxy xanax adderall percocet percs/et shrooms psilocybin ketamine ghb dmt opium steroids
    tramadol codeine vicodin rohypnol roofies pcp amphetamine/s hydrocodone morphine valium ritalin
    edibles acid crack coke drugs narcotics
"""
_HARD = """
    cocaine heroin meth methamphetamine mdma lsd fentanyl oxycodone oxycontin oxy xanax adderall percocet
    percs shrooms ketamine ghb dmt steroids tramadol codeine vicodin pcp crystal
"""
_WEAPON = """
    gun guns firearm/s ak47 ar15 glock/s pistol/s rifle/s ammo silencer/s suppressor/s grenade/s
    explosives handgun/s uzi machinegun/s landmine/s c4
"""
_MADE = """
    bomb/s explosive/s meth napalm ricin molotov/s grenade/s silencer/s thermite anthrax sarin ied/s lsd
    ghb dmt
"""
_MINOR = """
    child children underage preteen/s minor/s kid/s kiddie toddler/s infant/s schoolgirl/s
"""
_TERROR = """
    isis isil daesh jihad/i/is alqaeda taliban boko terrorist/s terrorism hezbollah atomwaffen
"""
_CERTAIN_WORDS = """
    csam csem pthc jailbait loli/s lolicon/s shota/s shotacon/s pedophile/s pedophilia paedophile/s
"""
_STRONG_WORDS = """
    cvv fullz bestiality beastiality zoophilia zoophile/s creepshot/s roofie/s rohypnol warez keygen/s
    childporn kiddieporn cheesepizza darknet
"""
_SUSPECT_WORDS = """
    pedo/s paedo/s rape/s/d raping rapist/s gangrape molest/ed/ing/er incest darkweb ransomware botnet/s
    keylogger/s carding dox/xed/xing
"""
_PATTERNS_CERTAIN = """\
{minor} & porn|nudes|nsfw|xxx|hentai|onlyfans|pornography
{minor} sexual? abuse|exploitation|molestation|grooming material|images|image|video|videos|content|pics|\
archive
cp|cheese trade|trading|trades|links|link|collection|videos|vids|folder|mega|pizza|dropbox|archive
trading|trade|trades|selling|sell|buy|buying|sharing|want cp
minor|child|kid attracted|lover|lovers|love content|person|community|chat
young|little|tiny girls|boys|girl|boy nude|naked|nudes|porn|nsfw|sex
"""
_PATTERNS_STRONG = """\
sell|selling|sells|vendor|dealing|dealer|plug|supply|got {hard}
{hard}|molly ... delivered|delivery|telegram|wickr|plug|vendor|shipped|discreet|stealth|wholesale|dm
buy|order|get|purchase|obtain real|legit|genuine|registered|us|uk|eu|fake|new|authentic? passport|\
passports|citizenship|diploma|diplomas|degree|driving|drivers online|fast|dm|now|no|license|licence
stolen|hacked|cracked|phished|jailbroken|blacklisted ... accounts|account|cards|card|logins|passwords|\
phones|iphones|data|database|goods|documents|cars|bikes for|cheap|sale|dm|shop|available|bulk
how to|2 ... phish|counterfeit|forge|launder|shoplift|swat|dox|kidnap
how to|2 ... get away with murder
hack|crack|hacking|steal into? someones|any|anyones|a|her|his|your|facebook|instagram|snapchat|wifi|bank \
account|password|accounts|instagram|facebook|snapchat|passwords|gmail|phone
join|support|joining|supporting|wage|glory|long the|to|live|holy {terror}
make|build|making|building your|a|own|homemade|diy own|homemade? pipe|nail|fertilizer|petrol|molotov|\
homemade bomb|bombs|cocktail
3d printed gun|guns|glock|lower|silencer|receiver
auto|glock switch|sear for|sale|dm|buy
shop|stealing|boosting|refund|refunding|shoplifting method|methods|tutorial|haul|service
bank|sim|western|wire|paypal|cashapp drop|drops|swap|swapping|transfer|flip|union|logs hacker|service|\
logs|method|hack|glitch
spy|spycam|hidden|peeping|voyeur|secretly|secret ... locker|shower|showers|bathroom|toilet|changing|\
dressing|bedroom
spycam|peephole|peeping in|tom|video|girls|shower|women
secretly filmed|filming|recorded|recording
without her|his|their consent|knowing|knowledge
drugged|drunk|unconscious|passed|sleeping girl|out|woman|girls used|sex|undressed|raped|touched
sex|child|baby|human|organ trafficking|slave|slaves|trade|harvesting for|ring|sale|market|network
blackmail|sextortion|extort service|her|him|pics|nudes|money
fake|counterfeit vaccine|covid|dollar|euro|prescription card|cards|certificate|bills|notes|pass|passes
cook|cooking|make|making crystal|meth|crack|dmt at|tutorial|recipe|home|in|guide
how to|2 ... cook|make ... crystal|crack|bombs|poison
buy|sell|selling|sells|order|ordering|purchase|cop|score|need|buying|get cheap|quality|pure|real|some|\
legit|good|cheap|your|my? {drug} online|cheap|discreet|now|dm|no|without|here|telegram|today|overnight|\
pills|delivered|from
buy|sell|selling|sells|order|purchase|buying|score|got cheap|quality|pure|real|some|legit|good|best? \
cocaine|heroin|meth|weed|mdma|molly|lsd|fentanyl|oxycodone|oxycontin|xanax|adderall|percocet|shrooms|\
ketamine|ghb|dmt|opium|cannabis|marijuana|steroids|drugs|tramadol|codeine|vicodin
{drug} ... for sale
{drug} ... 4 sale
{drug} pills|tabs|bars|powder|carts|gummies? plug|dealer|dealers|vendor|delivery|delivered|dm|telegram|\
wickr|shipping|shipped|wholesale|menu
{drug} tabs|pills|bars|powder|plug|sale ... cheap|dm|telegram|wickr|sale|online|delivery|ship|ships
{drug} ... no|without a? prescription|rx|script|scrip
no|without prescription|rx {drug}
drug|drugs|weed|coke dealer|dealers|plug near|in|dm|hit|open|text|contact|your
how to|2 ... make|cook|build|synthesize|synthesise|assemble|construct|produce|create ... {made}
pipe|nail|fertilizer|car|dirty|pressure|homemade cooker? bomb|bombs|explosive|explosives
bomb|bombs|explosive|explosives|meth|napalm making|instructions|recipe|tutorial|guide|manual|recipes|\
cooking
{weapon} ... for sale
buy|sell|selling|order|purchase a|an|illegal|untraceable|unregistered|cheap? {weapon} online|cheap|no|\
illegal|illegally|untraceable|darknet|discreet
buy ak47|ar15|glock|grenade|grenades|silencer|silencers|explosives|c4|uzi|landmine
ghost|untraceable|unregistered|unserialized gun|guns|firearm|firearms|glock|pistol|rifle
no|without background check|checks gun|guns|needed|required|ship
{weapon} & no|without background|license|licence
fake|forged|counterfeit|novelty|false driver|drivers|driving|university|vaccine|vaccination|covid? \
passport|passports|id|ids|license|licenses|licence|licences|visa|visas|diploma|diplomas|certificate|\
certificates|documents|degrees|prescriptions ... sale|buy|order|cheap|online|dm|shop
buy|order|get|selling|sell fake|forged|counterfeit|novelty
fake|forged|counterfeit passport|passports|ids|visas|diplomas|license
counterfeit money|bills|notes|dollars|euros|currency|cash|banknotes|pounds
stolen|hacked|cloned|cracked|leaked|skimmed credit|debit|bank|netflix|spotify|paypal|gift|steam? card|\
cards|account|accounts|passwords|database|databases|logins|identities|identity
cvv|card|cc dumps|shop|dump
credit|debit card|cards fraud|dumps|generator|skimmer|skimming|cloning|hack
ddos for|attack|service|as hire|service|sale|booter
ddos service|booter|attacks|panel
phishing kit|kits|page|panel|template|templates
buy|sell|selling|rent|cheap malware|spyware|ransomware|botnet|botnets|keylogger|trojan
booter|stresser service|services|panel|site|sale
ransomware|malware|botnet for sale|rent|hire
carding tutorial|method|methods|guide|forum|site|course
hire|hiring|rent|need a|an? hitman|assassin|killer|hacker|hackers|hitmen
hitman|hitmen|assassin|hacker|hackers|killer for hire|rent|sale
join|support|joining|supporting|supports|praise {terror}
{terror} recruitment|propaganda|recruiting|recruit|recruits|training|manual|flag|nasheed|magazine
human|people|child|organ|sex trafficking|smuggling|traffickers
buy|sell|selling a|your|my|human? kidney|kidneys
human organ|organs|kidney|kidneys ... sale|buy
launder|laundering|launders dirty|drug|your? money|cash|bitcoin|crypto
money laundering service|services|scheme|tutorial|fast|help
revenge porn|nudes|pics
hidden|spy|secret cam|cams|camera|cameras shower|locker|room|toilet|bathroom|changing|dressing|bedroom|\
in|upskirt
rape|raping|raped|rapes video|videos|porn|scene|her|him|fantasy|clip|clips|footage|drug|drugs|them|tape
date rape
horse|dog|animal|animals|goat sex|porn|fucking
rhino|ivory|pangolin|tiger|elephant|shark horn|horns|tusk|tusks|scales|bone|bones|skin|fin|fins? ... \
sale|buy|cheap
buy|selling|sell ivory|pangolin|rhino
dark|deep web|net market|markets|link|links|drugs|guns|hitman|marketplace|vendor|vendors|shop
darkweb|darknet market|markets|link|links|vendor|vendors|drugs|marketplace
pirated|cracked|nulled movie|movies|software|game|games|music|windows|photoshop|adobe|office|copies
software|photoshop|windows|office|adobe|game crack|keygen|cracked|torrent download|free|key|keygen
insider trading tips|tip
leaked|buy|selling ssn|social|passwords|fullz security?
bomb threat to|school|service
"""
_PATTERNS_SUSPECT = """\
{minor} & nude|naked|erotic|sexual|sex
"""

ILLEGAL = RuleSet(
    lists={
        "drug": tuple(_DRUG.split()),
        "hard": tuple(_HARD.split()),
        "weapon": tuple(_WEAPON.split()),
        "made": tuple(_MADE.split()),
        "minor": tuple(_MINOR.split()),
        "terror": tuple(_TERROR.split()),
    },
    words={
        ContentCategory.ILLEGAL: {
            "certain": tuple(_CERTAIN_WORDS.split()),
            "strong": tuple(_STRONG_WORDS.split()),
            "suspect": tuple(_SUSPECT_WORDS.split()),
        }
    },
    patterns={
        ContentCategory.ILLEGAL: {
            "certain": tuple(_PATTERNS_CERTAIN.splitlines()),
            "strong": tuple(_PATTERNS_STRONG.splitlines()),
            "suspect": tuple(_PATTERNS_SUSPECT.splitlines()),
        }
    },
)
