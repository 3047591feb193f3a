"""Words that are written with a dot, by language.

Source: the sentence-break suppressions of CLDR 46 for de, en, es, fr, it, pt and ru (unicode.org, Unicode License),
without those that are plain words as well ("So.", "am.", "Joe."); for the others, and for how an abbreviation is used,
the rules of writing of each language (e.g. Duden for "z. B.", the RAE's Ortografía for "p. m.", "EE. UU.").
"""

from __future__ import annotations

from enum import Enum, auto
from functools import cache
from typing import Final


class Abbreviation(Enum):
    """What the word after an abbreviation tells about its dot."""

    INSIDE = auto()
    """The sentence goes on, whatever comes: "Dr.", "e.g."."""
    EITHER = auto()
    """It goes on unless a word follows that sentences begin with: "the U.S. Senate", "the U.S. He"."""
    CLOSING = auto()
    """It goes on before small letters and digits only: "5 p.m. in the office", "5 p.m. He"."""
    NUMBERED = auto()
    """It goes on before a number only: "No. 5", for "No." is an answer as well."""


# A word with capitals is meant as it is written, one without in any case. Blanks within are left out.
_INSIDE: Final[dict[str, str]] = {
    "": "dr mr mrs ms prof vs e.g i.e dr.-ing",
    "en": "Messrs Mmes Mx Gov Sen Rep Reps Sens Pres Gen Lt Lt.Col Lt.Gov Maj Col Capt Cmdr Adm Sgt Cpl "
    "Pvt Rev Hon Supt Atty Det Insp Fr Br Msgr approx viz cf Rs",
    "es": "sr sra sres sras srta srtas dra drs dres dña d.ª ilmo ilma excmo excma exmo exma mons fr sto "
    "sta av avda gral cnel tte sgto lic lcdo lcda ldo lda ing arq prof profa p.ej v.gr aprox núm "
    "núms n.º pág págs pp fig figs cf cfr vid ntra ntro tel pza plza tfno admón esq edif",
    "fr": "M MM mme mmes mlle mlles mgr me dr drs pr st ste sts p.ex c.-à-d càd env av boul chap cf éd fig "
    "tél num réf apr",
    "de": "hr hrn Fr frl St bzw bspw ca z.b z.bsp d.h d.i u.z evtl ggf ggfs inkl exkl einschl vgl sog zzgl "
    "abzgl dipl dipl.-ing dipl.-kfm dipl.-inf dipl.-phys dipl.-psych dr.-ing ing jur rer habil h.c "
    "hrsg nr nrn kap tel gen Gebr Hptm geb gest gegr verh röm kath ev i.d.r d.j entspr insb insbes "
    "z.t z.zt u.u i.a o.g s.o s.u m.e i.e.s i.w.s v.a österr schweiz dt engl frz lat griech Mag hl "
    "lt bzgl ehem mind allg bes lfd zus ungef vorl",
    "pt": "sr sra srs sras srta dra drs dras exmo exma ilmo ilma profa eng arq adv p.ex av aprox núm pág "
    "págs pp fig cf gen cel tte sto sta tel nº Pe d exa apto lda",
    "it": "sig sigg sig.ra sig.na sigg.ri dott dott.ssa dr.ssa prof.ssa proff ing avv arch geom rag on sen "
    "mons gen col egr spett gent.mo gent.ma p.es ad.es es pag pagg cfr n.b tel fig p.zza v.le c.so "
    "ca fam vs dir",
    "ca": "sr sra sres srs srta dra mn p.ex aprox núm pàg pàgs av avda c pl ctra fig cf tel hble il·lm "
    "il·lma excm excma",
    "gl": "sr sra srta dra p.ex aprox núm páx av",
    "nl": "dhr mevr mw mej drs ir ing mr bijv bv d.w.z dwz m.b.t i.v.m t.a.v n.a.v t.o.v o.l.v t.g.v o.b.v "
    "i.p.v m.a.w i.h.b m.n o.a nl ca ong st nr nrs blz pag tel z.g.n resp incl excl gem vgl zgn jl",
    "pl": "np tzn tzw tj m.in m.inn ul al pl św inż mgr hab płk mjr kpt gen por ppłk godz nr str tel woj "
    "pow gm wyd red tłum zob dot ds jw ww pp p lek sp os lic ks prok",
    "cs": "např tj tzv tzn ul č čís str pí sl ing mgr mudr judr phdr rndr bc doc dr.h.c csc gen plk mjr "
    "kpt por nám tř tel resp popř příp ev zejm sv obr tab kap p s mj event pozn vč cca",
    "sk": "napr tj t.j tzv t.z tzn ul č čís str pí sl ing mgr mudr judr phdr rndr bc doc gen plk mjr kpt "
    "nám tel resp príp sv obr tab kap p s event pozn vč cca",
    "ru": "ул пр-т просп пер пл наб ш бул корп кв обл проф акад доц т.е т.ч т.н т.к т.о напр ср см стр с п пп "
    "рис табл гл ст д г гор о оз р св тов гр г-н г-жа ген полк кап лейт тел ред изд англ нем фр лат "
    "греч рус коэф прибл р-н пос дер мкр каб ауд",
    "uk": "ім вул просп пров пл наб бул обл проф акад доц т.зв т.ч напр див стор с п пп рис табл гл ст м смт о "
    "оз р св тов гр ген полк кап тел ред вид англ нім лат грец рос укр прибл р-н буд кв",
    "be": "вул праф акад дац т.зв напр гл с п мал табл г гор воз св тав тэл рэд ім",
    "bg": "г-н г-жа г-ца проф доц акад инж д-р ул бул гр с напр т.е т.нар вж стр ст св ген полк тел",
    "sr": "проф др инж ул нпр тј тзв стр св prof dr inž ul npr tj tzv str sv",
    "hr": "prof dr inž ul npr tj tzv str sv gosp gđa mr sc dipl ing čl br",
    "bs": "prof dr inž ul npr tj tzv str sv gosp mr sc dipl ing čl br",
    "sl": "prof dr inž ul npr tj t.i str sv g mag doc čl št",
    "tr": "doç yrd arş öğr alb bnb bşk gen müh örn bkz apt tel çev Av Sn Gör Org Mim Mah Cad Sok Op Uzm",
    "sv": "t.ex bl.a d.v.s dvs s.k f.d p.g.a pga m.a.o f.ö fr.o.m t.o.m o.d ca kl nr tel hr st jfr resp "
    "inkl exkl civ.ing sid ev",
    "da": "f.eks fx bl.a dvs d.v.s s.k såk pga p.g.a mht m.h.t ift i.f.t ca kl nr tlf hr fr frk st jf jfr "
    "hhv inkl ekskl maks fhv kap bd vedr ang iflg cand adv",
    "no": "f.eks bl.a dvs d.v.s s.k pga p.g.a mht m.h.t ift i.f.t ca kl nr tlf hr fr st jf jfr hhv inkl "
    "ekskl maks kap ang iflg cand adv t.o.m f.o.m",
    "nn": "t.d bl.a dvs d.v.s s.k pga ca kl nr tlf jf inkl ekskl maks kap ang t.o.m f.o.m",
    "fi": "esim ks vrt nk ns n nti prof tri toht fil puh tel nro huom synt toim vt",
    "et": "nt n-ö nn s.t st hr pr prl prof dr tn tel nr lk vt ca",
    "lv": "piem t.i prof dr inž tel nr lpp sk",
    "lt": "pvz t.y t.y.g prof dr inž g gen tel nr p pav",
    "ro": "dl dna d-na d-l d-nul d-ra d-șoara dra prof ing conf lect acad arh av ec col cpt lt str bd bul "
    "nr pag fig cca aprox ex p.ex de.ex cf jud tel sf pr Gen",
    "hu": "pl kb ún ill ld id özv ifj vö prof dr.jur tel gr br",
    "el": "κ κα κκ κος δρ καθ π.χ δηλ βλ πρβλ αρ αριθ σελ τηλ λεωφ αγ στρ υποστρ λ.χ",
    "eu": "adib jn and and.jn zk or irud",
    "af": "mnr mev mej d.w.s bv nl o.a t.o.v a.g.v nr bl",
    "id": "bpk sdr sdri drs dra ir jl tgl hlm yth tn ny gg kab kec",
    "ms": "en pn sdr sdri drs ir jln tn hlm yth",
    "vi": "ts ths gs pgs bs tp q p ks v.d vd",
    "cy": "e.e h.y tud",
    "ga": "m.sh i.e uas lch",
    "is": "t.d þ.e m.a u.þ.b hr fr sr próf dr nr bls sbr",
    "sq": "p.sh z znj prof dr nr fq rr",
    "hi": "ए बी सी डी ई एफ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू डब्लू एक्स वाई ज़ेड जेड "
    "डॉ डा श्री श्रीमती प्रो पं मो कु सं स्व क्र रु",
    "mr": "डॉ श्री श्रीमती सौ प्रा प्रो पं कु क्र रु",
    "ne": "डा डॉ श्री प्रा प्रो पं क्र रु",
    "bn": "ডা ড ডঃ মো মোঃ মি প্রো অধ্যা নং",
    "gu": "ડૉ ડો શ્રી પ્રો",
    "pa": "ਡਾ ਸ੍ਰੀ ਪ੍ਰੋ ਸ",
    "ta": "டாக்டர் திரு முனை பேரா",
    "te": "డా శ్రీ ప్రొ",
    "kn": "ಡಾ ಶ್ರೀ ಪ್ರೊ",
    "ml": "ഡോ ശ്രീ പ്രൊ",
    "ar": "أ.د د.م",
    "fa": "د م ص ج",
    "he": "עמ ר",
}  # fmt: skip

_EITHER: Final[dict[str, str]] = {
    "": "Ph.D M.D B.A M.A B.Sc M.Sc LL.M LL.B D.Phil S.A S.p.A S.r.l S.L U.S U.S.A U.K U.N E.U inc ltd "
    "corp jr plc",
    "en": "St Mt Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat "
    "Co Sr Ave Blvd Rd Ln Pkwy Hwy Sq Ste Bldg Ft Pt dept Assn Bros Mfg Univ Inst Dist Ed Bd Fl Ala "
    "Ariz Ark Calif Colo Conn Fla Ga Ill Ind Kan Ky Md Minn Mo Neb Nev Okla Ore Pa Tenn Tex Va Vt "
    "Wis Wyo Penn N.Y L.A D.C N.C S.C esp incl excl intl natl govt mgr asst al",
    "es": "bs.as ud uds vd vds cía ltda dpto depto hnos ee.uu ff.aa jj.oo rr.hh cc.aa cc.oo dd.hh ff.cc ss.mm "
    "a.c d.c a.e.c e.c s.r.l s.l.u",
    "fr": "cie ets janv févr juil sept oct nov déc J.-C av.J.-C ap.J.-C H.S bd dép",
    "de": "u.a a.d e.v n.chr v.chr n.u.z v.u.z jh jhd jhdt mio mrd tsd Std sek Min Hbf Abt Bd Bde Jan Feb "
    "Febr Mär Apr Jun Jul Aug Sep Sept Okt Nov Dez Mo Mi Do Co a.M a.d.R b.M z.hd i.v i.r o.ä u.ä "
    "u.dgl Univ Inst Ges Ztg Pfd Dtzd qm Fa Str Pl med phil nat",
    "pt": "cia ltda depto dpto a.c d.c s.a e.u.a ee.uu",
    "it": "soc s.r.l s.n.c a.c d.c",
    "ca": "cia s.l ee.uu a.c d.c dept",
    "nl": "b.v n.v v.chr n.chr a.d afd jan feb mrt apr aug sep sept okt nov dec Co",
    "pl": "r w o.o p.n.e n.e tys mln mld zł gr proc pkt im ok",
    "cs": "r s.r.o a.s v.o.s př.n.l n.l st stol tis mil mld odst",
    "sk": "r s.r.o a.s pred.n.l n.l st stor tis mil mld ods",
    "ru": "гг вв в н.э до.н.э тыс млн млрд трлн руб коп долл чел экз кг км м.кв кв.м кв.км им ок",
    "uk": "рр н.е до.н.е тис млн млрд трлн грн коп дол крб чол ок",
    "bg": "гг в лв н.е пр.н.е хил млн млрд",
    "tr": "M.Ö M.S T.C A.Ş Ltd.Şti Şti İst Ank yy sk",
    "sv": "kr mkr Co f.Kr e.Kr tkr milj",
    "da": "kr mio mia Co f.Kr e.Kr pct årh",
    "no": "kr mill mrd Co f.Kr e.Kr pst årh",
    "fi": "eKr jKr kpl milj mrd k mm",
    "ro": "s.a s.r.l a.chr d.chr î.hr d.hr sec mil mld",
    "hu": "Rt Bt u krt i.sz kr.e kr.u",
    "el": "α.ε ε.ε εκ δισ χιλ π.Χ μ.Χ",
}  # fmt: skip

_CLOSING: Final[dict[str, str]] = {
    "": "etc a.m p.m max min",
    "en": "sec hr hrs yr yrs ft lb lbs oz mi km kg cm mm mph ch chap vol vols p pp par para sect cl col "
    "est ext ca c tel fig figs eq art arts sect mo mos esq ref pt st rd ave gal b.c a.d b.c.e c.e o.k r.s.v.p q.e.d",
    "es": "h hrs seg min km kg cm art arts cap caps vol vols ed t p trad ene feb abr may jun jul ago sep "
    "sept set oct nov dic a.m p.m m izq dcha",
    "fr": "ét h min sec km kg p pp art vol t al ann suiv sq ibid",
    "de": "usw usf u.s.w u.s.f u.v.m u.v.a u.a.m ff f a.a.o s abs art bsp ziff fn anm jr v.h p.a",
    "pt": "ex h min seg km kg art arts cap vol ed t p séc jan fev mar abr mai jun jul ago set out nov dez",
    "it": "ecc h min sec km kg art artt cap vol ed p feb mar apr mag giu lug ago set ott nov dic",
    "ca": "h min seg km kg art cap vol ed p gen febr març abr maig juny jul ag set oct nov des",
    "gl": "h min km kg art cap vol p xan feb abr set out nov dec",
    "nl": "enz e.d a.u.b d.d art p min sec km kg u dl jr",
    "pl": "itd itp in min sek kg km s t ust poz rozdz rys art lut mar kwi maj cze lip sie wrz paź lis gru "
    "n",
    "cs": "atd apod atp aj hod min sek vteř m.n.m led úno bře dub kvě čvn čvc srp září říj lis pros j",
    "sk": "atď apod a.pod a.i hod min sek jan feb mar apr máj jún júl aug sept okt nov dec",
    "ru": "т.д т.п пр др мин сек час ч т м янв февр мар апр июн июл авг сент окт нояб дек разд",
    "uk": "т.д т.п т.ін ін хв сек год т кг км січ лют бер квіт трав черв лип серп вер жовт лист груд "
    "розд",
    "be": "т.д т.п т.ч інш гадз хв млн млрд тыс руб кап",
    "bg": "т.н т.д т.ч др мин сек ч кг км",
    "sr": "итд итсл мин сек itd itsl min sek god",
    "hr": "itd i.sl min sek god st",
    "bs": "itd i.sl min sek god st",
    "sl": "itd ipd idr min sek ur",
    "tr": "vb vs vd dk sa md fık s ss oca şub mar nis may haz tem ağu eyl eki kas ara a.g.e",
    "sv": "osv o.s.v m.m m.fl o.dyl o.likn min sek tim jan febr apr aug sept okt nov dec kap ggr",
    "da": "osv o.s.v m.m m.fl mv o.l o.lign min sek jan feb apr aug sep sept okt nov dec",
    "no": "osv o.s.v m.m m.fl mv o.l o.lign min sek jan feb apr aug sep sept okt nov des",
    "nn": "osv o.s.v m.m m.fl min sek",
    "fi": "jne ym yms tms ts ao em min sek klo s tunt vk v",
    "et": "jne jt jms min sek km sajandil",
    "lv": "utt u.c u.tml min sek",
    "lt": "kt pan min sek",
    "ro": "ș.a ş.a ș.a.m.d ş.a.m.d etc min ian feb mart apr iun iul aug sept oct nov dec lit alin art",
    "hu": "stb sz mp jan feb febr márc ápr máj jún júl aug szept okt nov dec fejez bek köt old",
    "el": "κ.λπ κλπ κτλ κ.τ.λ κ.ά κ.α π.μ μ.μ λεπ ώρ ιαν φεβ μαρ απρ μαι ιουν ιουλ αυγ σεπ οκτ νοε δεκ κεφ",
    "is": "o.s.frv o.fl mín sek",
    "af": "ens",
    "eu": "etab",
    "id": "dll dsb dst tsb",
    "ms": "dll dsb dst",
    "vi": "v.v",
    "sq": "etj",
    "ar": "الخ إلخ",
}  # fmt: skip

_NUMBERED: Final = frozenset({"no", "nos", "nº", "§"})


@cache
def _table(code: str) -> dict[str, Abbreviation]:
    table: dict[str, Abbreviation] = {}
    for of in ("", code):
        for kind, words in (
            (Abbreviation.INSIDE, _INSIDE),
            (Abbreviation.EITHER, _EITHER),
            (Abbreviation.CLOSING, _CLOSING),
        ):
            table.update((word, kind) for word in words.get(of, "").split())
    return table


@cache
def _beginnings(code: str) -> frozenset[str]:
    """The first parts of abbreviations of several: "ee." of "ee.uu"."""
    return frozenset(
        word[: at + 1].casefold() for word in _table(code) for at, sign in enumerate(word) if sign == "."
    )


def abbreviation(word: str, code: str) -> Abbreviation | None:
    """How a word without its last dot and without blanks is used; None for a word that is none."""
    table = _table(code)
    if (kind := table.get(word) or table.get(word.casefold())) is not None:
        return kind
    return Abbreviation.NUMBERED if word.casefold() in _NUMBERED else None


def begins_abbreviation(word: str, code: str) -> bool:
    """Whether a word, with its dot, is the first part of a longer abbreviation."""
    return word.casefold() in _beginnings(code)
