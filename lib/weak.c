/* A guesser's words and habits. */
#include "lib/weak.h"

#include <stddef.h>
#include <string.h>

/* So many pieces that nobody guesses make a password good. */
enum { PIECES_NEEDED = 6, RUN_MIN = 3, CONSIDERED_MAX = 160 };

/* Words that many use, put together for this list; longer ones are tried first by taking the longest. */
static const char *const words[] = {
	"abc", "access", "account", "admin", "administrator", "agent", "airplane", "always",
	"amanda", "amazing", "america", "american", "and", "andrew", "android", "angel", "angela",
	"angels", "anna", "anthony", "anything", "apple", "apples", "april", "are", "arsenal",
	"asdf", "asdfgh", "ashley", "asshole", "asterisk", "audi", "august", "austin", "australia",
	"autumn", "awesome", "azerty", "babe", "baby", "babyboy", "babygirl", "bacon", "banana",
	"bank", "barcelona", "baseball", "basketball", "bastard", "batman", "bayern", "beach",
	"bear", "beatles", "beautiful", "beckham", "beer", "begin", "benjamin", "berlin", "best",
	"bestfriend", "better", "bible", "bienvenido", "bienvenue", "biker", "bird", "birdie",
	"birthday", "bitch", "black", "bless", "blessed", "blue", "bmw", "bonjour", "book", "boss",
	"boston", "boxer", "boxing", "boyfriend", "brandon", "brasil", "brian", "brother", "brown",
	"bulls", "bunny", "burger", "business", "but", "butter", "butterfly", "california",
	"callcenter", "callcentre", "camaro", "camping", "canada", "candy", "carlos", "cash",
	"cat", "cats", "champion", "change", "changeme", "charlie", "cheese", "cheetah", "chelsea",
	"cherry", "chevy", "chicago", "chicken", "chief", "children", "china", "chocolate",
	"chris", "christ", "christian", "christina", "christmas", "christopher", "church",
	"cinnamon", "cisco", "city", "climber", "close", "coffee", "college", "company",
	"computer", "cookie", "cookies", "cool", "corvette", "cougar", "country", "cowboys",
	"create", "cricket", "crystal", "cute", "cutie", "cycling", "daddy", "daisy", "dallas",
	"damn", "dance", "dancer", "dancing", "daniel", "daniela", "darling", "david", "december",
	"default", "delete", "demon", "destroyer", "deutschland", "devil", "diamond", "diana",
	"dinosaur", "doctor", "dodge", "dodgers", "dog", "doggy", "dogs", "dollar", "dolphin",
	"door", "dragon", "dream", "dreamer", "dreams", "drummer", "drums", "ducati", "duck",
	"eagle", "eagles", "earth", "easter", "edward", "eight", "elephant", "elizabeth", "elvis",
	"emily", "eminem", "energy", "england", "english", "enter", "eric", "everything",
	"facebook", "faith", "falcon", "family", "father", "february", "felix", "ferrari", "fire",
	"firefly", "fireman", "first", "fish", "fishing", "five", "florian", "florida", "flower",
	"flowers", "football", "for", "forest", "forever", "fortnite", "four", "france", "francis",
	"frank", "freedom", "french", "friday", "friend", "friends", "frodo", "from", "fuck",
	"fucker", "fuckoff", "fuckyou", "gabriel", "galaxy", "gamer", "gaming", "gandalf",
	"garden", "geheim", "george", "german", "germany", "ghost", "giants", "ginger", "giraffe",
	"girlfriend", "god", "godislove", "gold", "golden", "golf", "golfer", "good", "goodbye",
	"google", "grace", "grandma", "grandpa", "great", "green", "grey", "guest", "guitar",
	"hacker", "hallo", "hamster", "hannah", "happiness", "happy", "harley", "harrypotter",
	"hate", "have", "hawk", "heart", "heather", "heaven", "hello", "helpdesk", "here",
	"hockey", "hogwarts", "hola", "holiday", "home", "homes", "honda", "honey", "hope",
	"horse", "horses", "hotline", "hottie", "house", "how", "hugs", "hundred", "hunter",
	"hunting", "husband", "ice", "idiot", "ihateyou", "iloveher", "ilovehim", "iloveme",
	"iloveu", "iloveyou", "india", "instagram", "internet", "iphone", "ironman", "island",
	"italy", "jack", "jackson", "jacob", "jaguar", "james", "january", "japan", "jasmine",
	"jason", "jedi", "jennifer", "jeremy", "jessica", "jesus", "jesuschrist", "john", "johnny",
	"joker", "jonathan", "jordan", "joseph", "joshua", "julia", "julian", "july", "june",
	"justin", "juventus", "karina", "katie", "kevin", "killer", "kimberly", "king", "kingdom",
	"kiss", "kisses", "kitten", "kitty", "knight", "lakers", "lamborghini", "laptop", "larry",
	"laugh", "laura", "lauren", "lawyer", "legend", "lemon", "leopard", "letmein", "letter",
	"liberty", "lightning", "lily", "linux", "lion", "lisa", "liverpool", "login", "logon",
	"london", "loser", "love", "lovely", "loveme", "lover", "lucas", "lucifer", "luck",
	"lucky", "lukas", "madison", "madonna", "madrid", "maggie", "magic", "magical", "mama",
	"manager", "manchester", "march", "marcus", "maria", "marie", "mario", "mark", "martin",
	"mary", "master", "matrix", "matthew", "maximilian", "may", "mega", "melissa", "melon",
	"mercedes", "merlin", "messi", "metal", "metallica", "mexico", "michael", "michelle",
	"microsoft", "miguel", "million", "minecraft", "mobile", "molly", "mommy", "monday",
	"money", "monica", "monkey", "moon", "moonlight", "morgan", "mother", "mountain", "mouse",
	"music", "mustang", "mystery", "natalie", "nathan", "nature", "network", "never",
	"newyork", "nicholas", "nicole", "nine", "ninja", "nintendo", "nirvana", "nissan",
	"nobody", "nokia", "not", "nothing", "november", "number", "nurse", "ocean", "october",
	"office", "oliver", "one", "online", "open", "opensesame", "openup", "oracle", "orange",
	"orchid", "oscar", "our", "packers", "panther", "papa", "paris", "pass", "passcode",
	"passwd", "password", "passwort", "patricia", "patrick", "paul", "peace", "peaches",
	"penguin", "pepper", "perfect", "peter", "phantom", "philipp", "phoenix", "phone", "piano",
	"pikachu", "pilot", "pink", "pirate", "pizza", "planet", "platinum", "player", "players",
	"playstation", "please", "pokemon", "police", "pony", "porsche", "potato", "power",
	"powerful", "pretty", "prince", "princess", "private", "public", "pumpkin", "puppy",
	"purple", "qazwsx", "queen", "qwer", "qwerty", "qwertz", "rabbit", "racecar", "racer",
	"rachel", "racing", "raiders", "rain", "rainbow", "ranger", "rangers", "realmadrid",
	"rebecca", "red", "redsox", "richard", "river", "robert", "rock", "rocket", "rockstar",
	"rome", "ronaldo", "rooster", "root", "rose", "roses", "rugby", "runner", "running",
	"russia", "ryan", "safety", "samantha", "samsung", "samuel", "samurai", "sandra", "sarah",
	"saturday", "school", "scorpion", "scott", "sebastian", "second", "secret", "secure",
	"security", "september", "server", "service", "seven", "sexy", "shark", "shit", "signin",
	"silver", "singer", "sister", "six", "skater", "skating", "sky", "skywalker", "slipknot",
	"smile", "smiley", "snake", "sniper", "snow", "snowball", "snowman", "soccer", "soldier",
	"something", "sonic", "sophie", "sorry", "space", "spain", "spider", "spiderman", "spirit",
	"sports", "spring", "star", "starcraft", "starlight", "stars", "start", "startrek",
	"starwars", "steelers", "stefan", "stephanie", "steven", "stop", "storm", "strawberry",
	"street", "strength", "strong", "student", "stupid", "sugar", "summer", "sun", "sunday",
	"sunny", "sunrise", "sunset", "sunshine", "super", "superman", "superuser", "support",
	"surfer", "surfing", "susan", "suzuki", "sweet", "sweetheart", "sweetie", "swimming",
	"sysadmin", "system", "table", "teacher", "telephone", "temp", "temporary", "ten",
	"tennis", "tequila", "terminator", "test", "tester", "testing", "texas", "thanks",
	"thankyou", "that", "the", "there", "this", "thomas", "thousand", "three", "thunder",
	"thursday", "tiffany", "tiger", "together", "toyota", "truck", "trucks", "trust",
	"trustme", "trustno", "tuesday", "tupac", "turbo", "turkey", "turtle", "twitter", "two",
	"tyler", "ubuntu", "ultra", "unicorn", "united", "universe", "university", "update",
	"user", "vacation", "vader", "vanessa", "vanilla", "veronica", "victoria", "victory",
	"vienna", "vincent", "violet", "vodka", "volleyball", "warcraft", "warrior", "wasd",
	"water", "website", "wednesday", "weekend", "welcome", "whale", "what", "whatever",
	"whisky", "white", "who", "why", "wife", "william", "willkommen", "window", "windows",
	"wine", "winner", "winter", "with", "wizard", "wolf", "wolves", "wonderwoman", "word",
	"words", "world", "wrestling", "xbox", "xyz", "yamaha", "yankees", "yellow", "yes", "yoda",
	"you", "your", "youtube", "zachary", "zebra", "zelda", "zxcv", "zxcvbn",
};

/* Rows of keys and counts, each also backwards. */
static const char *const rows[] = {
	"qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "01234567890",
	"abcdefghijklmnopqrstuvwxyz", "qazwsxedcrfvtgbyhnujmikolp", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
	"1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "!@#$%^&*()", "!\"$%&/()=", "147258369",
	"159753",
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t longest(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* The letter that a digit or sign is often written for. */
static char letter_of(char c)
{
	static const char signs[] = "0134578@$!|+", letters[] = "oieastbasiit";
	const char *at = c ? strchr(signs, c) : NULL;

	return at ? letters[at - signs] : lower(c);
}

/* How far text goes along the row from there on, or back. */
static size_t along(const char *text, const char *row, size_t from, bool back)
{
	size_t n = 0, most = back ? from + 1 : strlen(row) - from;

	while (n < most && text[n] && lower(text[n]) == row[back ? from - n : from + n])
		n++;
	return n;
}

static size_t row_length(const char *text)
{
	size_t best = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t from = 0; rows[i][from]; from++)
			best = longest(best, longest(along(text, rows[i], from, false),
						     along(text, rows[i], from, true)));
	return best >= RUN_MIN ? best : 0;
}

static size_t word_length(const char *text)
{
	size_t best = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t n = 0;
		while (words[i][n] && (lower(text[n]) == words[i][n] || letter_of(text[n]) == words[i][n]))
			n++;
		if (!words[i][n] && n > best)
			best = n;
	}
	return best;
}

/* What stands at text and stood somewhere before already. */
static size_t repeated_length(const char *start, const char *text)
{
	size_t best = 0;

	for (const char *before = start; before < text; before++) {
		size_t n = 0;
		while (text[n] && lower(before[n]) == lower(text[n]))
			n++;
		best = n > best ? n : best;
	}
	return best >= RUN_MIN ? best : 0;
}

static size_t year_length(const char *text)
{
	bool century = strncmp(text, "19", 2) == 0 || strncmp(text, "20", 2) == 0;

	return century && strspn(text, "0123456789") >= 4 ? 4 : 0;
}

bool weak_password(const char *password)
{
	const char *end = password + strnlen(password, CONSIDERED_MAX);
	int pieces = 0;

	for (const char *p = password; p < end; pieces++) {
		size_t n = longest(longest(word_length(p), row_length(p)),
				   longest(repeated_length(password, p), year_length(p)));
		p += n ? n : 1;
	}
	return pieces < PIECES_NEEDED;
}
