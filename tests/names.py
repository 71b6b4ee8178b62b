"""Names of nobody in particular, written in several scripts, and the forms that sentences give them."""

# given names and family names of women, of men, of both: in Latin, Cyrillic, Armenian and Georgian letters
WOMEN = """
    Leyla | Лейла | Լեյլա | ლეილა
    Xədicə | Хадиджа | Խադիջա | ხადიჯა
    Nigar | Нигар | Նիգար | ნიგარ
    Karine | Карине | Կարինե | კარინე
    Narine | Наринэ | Նարինե | ნარინე
    Tamar | Тамар | Թամար | თამარ
    Nino | Нино | Նինո | ნინო
    Irina | Ирина | Իրինա | ირინა
    Oksana | Оксана | Օքսանա | ოქსანა
    Natalia | Наталия | Նատալիա | ნატალია
"""
MEN = """
    Bəhruz | Бахруз | Բահրուզ | ბაჰრუზ
    Rauf | Рауф | Ռաուֆ | რაუფ
    Tofiq | Тофиг | Տոֆիգ | ტოფიგ
    Anar | Анар | Անար | ანარ
    Elçin | Эльчин | Էլչին | ელჩინ
    Şahin | Шахин | Շահին | შაჰინ
    Andranik | Андраник | Անդրանիկ | ანდრანიკ
    Armen | Армен | Արմեն | არმენ
    Tigran | Тигран | Տիգրան | ტიგრან
    Giorgi | Гиорги | Գիորգի | გიორგი
    Davit | Давит | Դավիթ | დავით
    Levan | Леван | Լևան | ლევან
    Pavel | Павел | Պավել | პაველ
    Sergey | Сергей | Սերգեյ | სერგეი
    Igor | Игорь | Իգոր | იგორ
"""
OF_WOMEN = """
    Məmmədova | Мамедова | Մամեդովա | მამედოვა
    Yunusova | Юнусова | Յունուսովա | იუნუსოვა
    Morozova | Морозова | Մորոզովա | მოროზოვა
    Krasovskaya | Красовская | Կրասովսկայա | კრასოვსკაია
"""
OF_MEN = """
    Sadıqov | Садыгов | Սադիգով | სადიგოვი
    Həsənov | Гасанов | Հասանով | ჰასანოვი
    Kuznetsov | Кузнецов | Կուզնեցով | კუზნეცოვი
    Krasovski | Красовский | Կրասովսկի | კრასოვსკი
    Pavlenkov | Павленков | Պավլենկով | პავლენკოვი
"""
OF_BOTH = """
    İbadoğlu | Ибадоглу | Իբադօղլու | იბადოღლუ
    Muxtarlı | Мухтарлы | Մուխտարլի | მუხტარლი
    Muradzadə | Мурадзаде | Մուրադզադե | მურადზადე
    Vardanyan | Варданян | Վարդանյան | ვარდანიანი
    Mkrtchyan | Мкртчян | Մկրտչյան | მკრტჩიანი
    Grigoryan | Григорян | Գրիգորյան | გრიგორიანი
    Karapetyan | Карапетян | Կարապետյան | კარაპეტიანი
    Chkheidze | Чхеидзе | Չխեիձե | ჩხეიძე
    Kapanadze | Капанадзе | Կապանաձե | კაპანაძე
    Gelashvili | Гелашвили | Գելաշվիլի | გელაშვილი
    Kobalia | Кобалия | Կոբալիա | კობალია
    Bondarenko | Бондаренко | Բոնդարենկո | ბონდარენკო
"""
SCRIPTS = ("Latin", "Cyrillic", "Armenian", "Georgian")


def rows(table):
    return [tuple(line.strip().split(" | ")) for line in table.strip().splitlines()]


def people(number=50):
    """[(given names, family names)], each in the four scripts; no two are the same."""
    groups = [(rows(WOMEN), rows(OF_WOMEN) + rows(OF_BOTH)), (rows(MEN), rows(OF_MEN) + rows(OF_BOTH))]
    pairs = [(given, family) for first, last in groups for given in first for family in last]
    step = len(pairs) // number
    return pairs[::step][:number]


def declined(given, family, script):
    """The forms of a name in sentences, as grammars of the languages written in a script have them."""
    return [*FORMS[script](given, family)]


VOWELS = "aeiouəıöüy"
BACK = "aıou"


def in_latin(given, family):
    """Azerbaijani: the endings follow the last vowel of the family name; English: of whom."""
    last = [letter for letter in family.lower() if letter in "aeiouəıöü"][-1]
    high = {"a": "ı", "ı": "ı", "o": "u", "u": "u", "ö": "ü", "ü": "ü"}.get(last, "i")
    low, open_end = "a" if last in BACK else "ə", family[-1].lower() in VOWELS
    n, y = ("n", "y") if open_end else ("", "")
    of, to, whom = f"{n}{high}n", f"{y}{low}", f"{'n' if open_end else ''}{high}"
    for ending in (of, to, whom, f"d{low}", f"d{low}n", f"{y}l{low}", "'s"):
        yield f"{given} {family}{ending}"
    yield f"{given} {family}'{of}"


RUSSIAN = (  # ending of the nominative: those of the other five cases
    ("ская", "ской скую ской ской ской"),
    ("ский", "ского скому ского ским ском"),
    ("ова", "овой овой ову овой овой"),
    ("ов", "ова ову ова овым ове"),
    ("ия", "ии ии ию ией ии"),
    ("ий", "ия ию ия ием ии"),
    ("ей", "ея ею ея еем ее"),
    ("авел", "авла авлу авла авлом авле"),
    ("ь", "я ю я ем е"),
    ("джа", "джи дже джу джой дже"),
    ("а", "ы е у ой е"),
)
UNCHANGED = (
    "оеиэыуя"  # names that end so are not declined in Russian; nor is the family name of a woman in -ян
)


def in_cyrillic(given, family):
    woman = given[-1] in "аяэео" or given in ("Нигар", "Тамар")
    still = woman and not family.endswith(("ова", "ская"))
    for case in range(5):
        yield f"{russian(given, case)} {family if still else russian(family, case)}"


def russian(word, case):
    for ending, others in RUSSIAN:
        if word.endswith(ending):
            return word[: -len(ending)] + others.split()[case]
    return word if word[-1] in UNCHANGED else word + ("а", "у", "а", "ом", "е")[case]


def in_armenian(given, family):
    vowel = family[-1] in "աեիօու"
    for ending in ("յի", "ն", "յին", "յից", "յով") if vowel else ("ի", "ը", "ին", "ից", "ով", "ում"):
        yield f"{given} {family}{ending}"


def in_georgian(given, family):
    stem = family[:-1] if family[-1] == "ი" else family
    short = stem[:-1] if stem[-1] in "აე" else stem
    endings = ("მა", "ს", "ად") if stem[-1] not in "აეოუ" else ("მ", "ს", "დ")
    for form in [stem + one for one in endings] + [short + one for one in ("ის", "ით", "ისთვის")]:
        yield f"{given} {form}"


FORMS = dict(zip(SCRIPTS, (in_latin, in_cyrillic, in_armenian, in_georgian), strict=True))
