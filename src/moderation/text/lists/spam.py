"""Baits, scams, shady offers, bought attention."""

from moderation.model import ContentCategory
from moderation.text.notation import RuleSet

_LISTS = {
    "app": "telegram whatsapp kik wickr wechat snapchat snap discord onlyfans",
    "audience": "followers likes views subscribers subs reviews upvotes",
    "coin": "bitcoin/s btc crypto eth ethereum nft/s usdt token/s dogecoin",
    "gadget": "iphone/s ipad/s ps5 playstation xbox macbook/s giftcard/s voucher/s",
    "game_money": "robux vbucks nitro skins diamonds gems coins minecoins",
    "network": "instagram insta ig tiktok youtube yt twitter facebook twitch spotify",
    "offer": "offer/s deal/s discount/s sale promo promotion bargain/s",
    "period": "day week month hour daily weekly monthly hourly",
    "pill": "pill/s gummies supplement/s tea patch detox capsule/s tablet/s",
    "prize": "prize/s reward/s airdrop/s jackpot/s",
    "brand": "rolex gucci prada nike jordans yeezy louis chanel rayban designer",
    "ware": "watch/es handbag/s bags sneakers sunglasses purse/s",
    "stream": "movie/s film/s episode/s series match anime",
}
_STRONG_WORDS = """
    viagra cialis levitra f4f l4l s4s sub4sub follow4follow like4like followback vbucks
"""
_SUSPECT_WORDS = "backlinks mlm"
_ATTENTION = """\
check out my|our|this new? shop|store|link|music|mixtape|podcast|website|product|products|app|book|\
course|page
hit|smash|press the|that like|subscribe|bell|follow
go|head over? to my|our profile|page|bio|channel|website|link|shop|store
follow|subscribe ... more|follow|followback|tips|signals|content
enter|join here|now|below|our|the|my giveaway|contest|raffle|sweepstakes
click|tap|press here|below to|for|and|now to|get|win|claim|free|your|watch|see|more|download|stuff
click|tap here|below now
click|tap|follow|open the|my|our|this link|links
giveaway|iphone|free|claim click|tap
click|tap link|links
link|links in|n my|our|the? bio|desc|description|profile|comments
check|see my|our|the bio|profile|page
bio for|4 link|links|more
subscribe|sub to|2 my|our|this new|youtube|yt? channel|page|newsletter
check|visit|see|watch out? my|our new? channel|website|site|store|shop|page|stream|profile
visit|see|check|go|watch|download|register|order at|to|out|from|my|our|website|site? at? <url>
<shortlink>
sub|follow|like|subscribe for|4 sub|follow|like|subscribe
follow back
like|share|follow|comment|tag|retweet|repost ... to|2 win|enter
tag|invite <number>|three|five friends
share|send|forward this|it|to ... to <number>|ten|all people|friends|contacts
bad luck unless|if|share
wont believe ... happens|happened|next|trick
one|1|this weird|simple|crazy trick|tip|hack
doctors|experts|banks|dentists hate|hates
buy|get|gain|grow|cheap|real|boost|sell|selling|need|more real|cheap|active|more|free|your|<number>? \
{network}|<number>|real|active? {audience}
{audience} and likes|followers|views cheap|fast|now|instantly
{audience} for sale
cheap|free|instant|real {audience}
"""
_CONTACT = """\
join my|our|the|this? vip|free|private|official? {app}
{app} <handle>|<phone>
{app} me|us at|on|now|for
add|message|contact|hit|text|find|msg|reach me|us on|at|up|via? on|at? {app}|<phone>
call|text|phone|sms|ring|dial now|today|me|us|at|on? at|on|now? <phone>
dm|pm|message|inbox me|us|now? to|for|4 promo|promos|collab|collabs|earn|invest|join|order|prices|\
promotion|rates|info|buy
dm|pm|inbox me|us now|today|asap
freedom|income|rich|profit dm|inbox|message me|us|now
"""
_MONEY = """\
<number> {audience}
invest|deposit|send|put <number>|<money> ... get|earn|receive|return|make|back|become
cash app|cashapp|paypal|zelle flip|flips|money|free|giveaway|glitch
cashapp flip|flips|money
earn|mine|stake|make free? {coin} while|daily|free|now|fast|from|easily
while you sleep
turn <money>|<number> into <money>|<number>
confirm|verify|update|validate|restore|unlock your account|address|identity|password|card|bank|wallet|\
payment|details|billing|shipping|info|information
package|parcel|delivery|shipment|order is|was|could|has|waiting|pending|on waiting|not|failed|delayed|\
hold|held|been|customs
account|card|wallet has|is|was|will been|be|suspended|locked|limited|blocked|deactivated
connect|sync|validate your|ur wallet|seed
seed|recovery phrase|phrases
unclaimed|pending|stimulus refund|funds|fund|payment|package|prize|check|inheritance|rebate
free {coin}|{gadget}|{game_money} ... first|everyone|today|now|claim
first|next <number> people|users|followers|subscribers
earn|make|get|win <number>|<money> ... daily|weekly|hourly|day|week|month|hour|home
be|become|join your|our|as|an|a own? boss|affiliate|millionaire|reseller|ambassador
hiring|recruiting|needed now|urgently|remote|online workers|typists|agents|people|work
free {gadget}|{game_money}|{coin}|spins|netflix
free v bucks
free ... gift card|cards
free ... generator|giveaway|survey|airdrop|premium
no|without survey|verification|surveys
unlimited money|{game_money}|cash|gold
mod apk
free trial no|without
no|without credit card|check|checks required|needed|necessary?
<percent> free|legit|guaranteed|working
win|get|claim|receive|won|grab a|an|your|my|the|this? free|brand|big|cash|huge|exclusive? new? {gadget}|\
{prize}
{coin} giveaway|signals|doubler|pump|presale
{gadget} giveaway
double|triple|multiply|10x your|ur {coin}|money|investment
send <number> {coin} get|receive|and
you|youve|u have? won|win a|an|the|our|big? {prize}|lottery|{gadget}|<money>
airdrop|airdrops ... claim|tokens|wallet
congratulations|congrats you|youve have? won|win|been
make|earn|making|earning|get|win up? to? <money>
earn|make <number> ... {period}
make|earn|earning|making easy|quick|fast|extra|real|free|good? money|cash|income|{coin} fast|online|easy|\
quick|now|from|daily|today
easy|quick|fast|free money|cash online|now|today|here|fast
work|working|job|jobs|income from home ... earn|make|money|apply|<money>
passive|residual|extra income
get|got|become rich|millionaire quick|fast|overnight
financial freedom
quit|leave your job|boss|9 ... today|now|forever
guaranteed|instant|huge|massive|high return|returns|profit|profits|income|approval
invest now|today|with
investment|business|income|earning opportunity|opportunities
<percent> return|returns|profit|profits|roi|apy
forex|trading|betting|crypto|binary signal|signals|mentor|bot|robot|tips
payday|instant|quick loan|loans
fix|repair|boost|clean your|bad credit|debt
debt relief|consolidation
"""
_GOODS = """\
lose|drop|shed|burn|melt ... fat|pounds|lbs|kg|kilos|weight|inches in <number>|days|weeks|one|a|just
lose|burn|melt|shed belly|stubborn|body|arm fat
get|be ripped|shredded|abs|slim|skinny in|fast <number>|days|weeks|with
cure|cures|reverse|reverses|heal|heals diabetes|cancer|baldness|herpes|hiv|arthritis|tinnitus|ed
buy one get one|2|two free ... link|code|online|today|shop
hot|great|best|huge|amazing|crazy|mega|flash|exclusive {offer} <percent>|today|now|off|link|online|\
inside|here
{offer} ... link|bio|dm|code|website
sale|clearance|discount|discounts up|<percent> to|off
free shipping|delivery|sample|samples|quote|consultation|estimate on|worldwide|now|today|order|link|and|\
dm|with
shop|store|link|website below|link|now|in|online below|bio|now|open|description|store
in stock dm|order|now|buy|link
wholesale|bulk|dropshipping price|prices|supplier|orders|course|store
full|free|watch|stream|live {stream}|episodes|games|match|stream online|free|at|hd|here|link|now <url>|\
free|online|hd|now|link
limited|exclusive|last time|chance|stock|edition? {offer}
limited time|stock only|left|hurry
supplies|spots limited
act|order|buy|shop now
hurry up? while|before|offer|stock|limited
<percent> off|discount|cashback
promo|discount|coupon|referral|voucher|affiliate code|codes|link
use code|coupon
best|lowest|cheapest|wholesale price|prices guaranteed|online|buy|in
offer|sale ends|expires today|soon|tonight
cheap|replica|knockoff|wholesale|discount {brand}|{ware}
replica {brand}? {ware}
{brand}|{ware} replica|replicas|outlet
cheap|buy|order|generic|discount viagra|cialis|meds|pills
male|breast|penis|manhood enhancement|enlargement
weight|fat|belly loss|burner|burning|melting {pill}|secret|trick
diet|slimming|keto|skinny|detox|cbd|fat {pill}
lose|drop|shed|burn up? to? <number>|ten|twenty pounds|lbs|kg|kilos
lose|drop weight|fat fast|quick|quickly|overnight
miracle|secret|natural|herbal cure|remedy
casino|slots|slot|betting|poker bonus|free|welcome|deposit|online spins|bonus?
online|best|crypto casino|casinos|slots|gambling|pharmacy|betting
sure|fixed|betting bet|bets|odds|matches|tips
watch|stream|download ... {stream} ... free|online
watch|stream|download free hd|full? {stream}
full {stream} online|free
seo|smm|backlink|backlinks service|services|panel|package|agency|for
cheap|affordable|best|professional web|seo|website|logo|essay|essays
rank your website|site|page|video|business
website|web traffic|visitors|design cheap|services|service|buy|sale
essay|essays|homework|thesis|assignment|dissertation writing|written|help service|services|for|cheap
love|spell|voodoo|psychic spell|caster|casters|healer
hot|local|lonely|meet|sexy|mature|russian local|hot|sexy|beautiful? singles|girls|women|moms|milfs|\
brides near|in|tonight|waiting|nearby|now
singles|girls|women|milfs near you|me|u
"""
_WEAK = """\
<url> ... free|cheap|discount|promo|win|earn|buy|deals
follow me|us and|for|back
been|youre|were randomly? selected|chosen to|for|as
<money> per|a|each|every? {period}
and|to earn|make money|cash|<money>
call|apply|sign|register|enroll up? now
sugar daddy|mommy|baby
order|buy|shop today
been|youre|were randomly? selected to|for ... reward|prize|receive
"""

SPAM = RuleSet(
    lists={name: tuple(words.split()) for name, words in _LISTS.items()},
    words={
        ContentCategory.SPAM: {
            "strong": tuple(_STRONG_WORDS.split()),
            "suspect": tuple(_SUSPECT_WORDS.split()),
        }
    },
    patterns={
        ContentCategory.SPAM: {
            "strong": (
                *_ATTENTION.splitlines(),
                *_CONTACT.splitlines(),
                *_MONEY.splitlines(),
                *_GOODS.splitlines(),
            ),
            "suspect": tuple(_WEAK.splitlines()),
        }
    },
)
