"""`python -m infra.fonts NotoSansSC_400Regular.ttf`: cut the font that documents embed out of the whole one.

The whole one comes with `npm pack @expo-google-fonts/noto-sans-sc` (400Regular/). What is kept: Latin, the signs and
the 6,763 characters of GB 2312, and those beyond it that children's names often have. The same font gives the same
file, to the byte.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parents[2] / "functions" / "documents" / "fonts" / "NotoSansSC-subset.ttf"

# GB 2312 is of 1980. These stand in names of today, and in names of places.
IN_NAMES = (
    "玥喆堃祎芃翀昇珺琋璟甯晗昕暄翾旻煊烜赟筠钰珩玘珣琤瑄璠璟璇瑀璐瑆玙珮琰琮琲瑗瑢璎璘璞甦皓皞皛睿祺禛禔祯禤稷穗竑竣筱箐箬篪粲綦縯"
    "羿翊翎翚翯翮聿肜臻舢艺芊芮芷苒苡茆茉茜荃荇荻莀莯莳莹菁菡萱萸葳葶蒨蓁蓥蔚蔺蕙蕤薇薏薷藜蘅虓虢蚣蛟蜓袆裎裔褀訢詝諠誉谞谡赪赩赭"
    "跂跞踔轲辂辇迦迩逄逯遴遹邈邗邝邬邰邳邺郄郇郏郗郦郯鄄鄌鄞鄢鄯酆釉釚釤鈜鈺鉴鉷銮鋆鋐鋮錡錤鎏鎛鏊鏐鏮鐄鑫钊钌钐钜钿铄铖铠铮铭"
    "铼锃锟锬锳锴镕镠闫闳闵闼阗阚隗隽雎雩雯霁霂霏霖霙霨霭靓靖韡韫頔顗頲颀颉颋颐颢飏飖饕饧饴馗馥駃驰骁骅骉骎骐骓骕骖骜骢骥骧髟鬯"
    "鬲魃鱻鳐鳕鸑鸢鸮鸰鸶鸾鸿鹄鹇鹓鹔鹖鹗鹘鹞鹢鹣鹤鹫鹬鹭鹮鹰麂麒麓麟黄黎黛黻黼鼐鼒龑龢龚亓仝仡仵仫伋伽佖佘佟佧佶佼侃侑侔侗侪侬俅俍"
    "俐俣俦俨俪俶倓倞倢倧倬偁偓偲傃傒僖僜儁儆儇兕冏冼冽凇凃凊凗凛刈刿剀剡劭劼勍勐勖勰匀匋匡卉卞卬卮厍厐厶吒吲呈呙呤咏咺哿唎唏啟喁喈"
    "喤嗣嘏嘒嘤嘉噜噙嚞囡圩圫坤坦坻垕垚垣垲埈埏埕埙埮埴埸堉堌堽塬塱墁墀壎壬夤奂奕奡奭妍妘妤妧妩妫姈姌姒姗姝姞姣姮娅娈娉娌娓娜娣娥娩"
    "婕婞婧婳媖媗媛媞媱媺嫄嫕嫚嫣嬅嬛孖孚孜孟孮宓宥宬宸寔寯尕岐岑岚岱岽岿峄峋峘峤峥峻崃崑崒崟崧崴嵇嵋嵘嵚嵩嶒嶓嶶巍巽帏帔幂庥庠庾廌"
    "廙弋弢弪彀彣彧彤彭徉徕徜忞忻怀怡怿恂恒恪恬恺悌悦悫悰惇惟惠惢愃愔愫慊慜慧慷憕憬憶懋懿戎戬扆扬抃抒抻拊挹捷掾揄揆搴摭擎攸敔敕敩斐"
    "斓旃旆旎旸旼旿昉昀昃昊昌昍昕昙昝昞昡昢昤昫昰昳昴昶晁晅晊晋晏晓晔晖晙晚晞晟晢晤晧晨晫晰晳晶晹智晾暁暎暐暕暠暤暨暲暶暻暾曈曌曔曚"
    "曛曜曦曩朐朓朔朗望朦杉杍杓杞杪杲杳杵杼枞枟枥枫枬柃柏柑柒柘柠柯柰柽栋栎栢栩栻桁桄桉桐桓桔桢桤桦桧桫梃梅梓梵梽棂棠棣棨棻棽椁椅椐"
    "椤椿楒楙楚楠楷榀榆榈榉榕榛榜槃槐槟樊樟樯樱樾橦橼檀檬櫆欢欣欤欧歆歈毓氚汀汋汌汐汛汜汧汭汶沁沂沄沅沇沌沐沔沚沣沭沺泂泃泇泓泔泖泗"
    "泞泠泩泫泱泸洄洌洎洙洛洣洧洮洱洳洵洹洺浐浔浛浞浠浣浥浩浯浰浵涑涓涔涛涞涟涧涪涫涴涵淅淇淏淑淙淞淦淯淳渌渑渝渟渠渤渥渭渼湉湜湟湲"
    "湳湸溁溆溍溟溥溦溧溪滁滉滎滏滟滢滪滫滺漉漪漳漾潆潇潍潏潞潢潭潼澂澄澋澍澎澔澧澴澹濂濛濠濡濮瀍瀚瀛灏灞炅炆炎炑炘炜炟炣炫炯炱炳"
    "炻烁烔烨烩烯烺焌焓焕焘焜焱煁煃煇煐煜煦煲煴熇熙熠熳熵熹燊燏燔燚燮燹爔爕爟爱爻爽牁牂牮犇犟犴狄狨猃猗猷玎玏玑玒玓玕玗玛玞玠玡玢玦玧"
    "玫玭玮玱玲玳玶玹玺玻玼玿珀珂珅珈珉珊珋珌珍珏珐珑珒珖珙珝珞珠珧珥珦珪珰珲珵珷珽琀琁琂琅琇琈琉琊琍琎琏琐琔琚琛琜琟琠琡琢琥琦琨琪琫琬"
    "琭琯琱琳琴琵琶琼瑁瑂瑃瑅瑒瑓瑔瑕瑙瑚瑛瑜瑝瑞瑟瑧瑨瑭瑮瑰瑱瑳瑶瑷瑸瑺瑾璀璁璃璄璈璆璋璒璕璜璥璧璨璩璪璬璮璱璲璿瓀瓅瓒瓘瓚"
)
_SIGNS = "€¥£©®°±×÷·–—‘’“”…‰※↑→↓←✓〓￥＋－＝（）【】《》〈〉「」、。，；：？！％"


def characters() -> set[int]:
    """The code points that are kept."""
    kept = set(range(0x20, 0x7F)) | {ord(letter) for letter in _SIGNS + IN_NAMES}
    for row in range(0xA1, 0xF8):
        for column in range(0xA1, 0xFF):
            kept.update(map(ord, bytes([row, column]).decode("gb2312", errors="ignore")))
    return kept


def cut(whole: Path, target: Path) -> None:
    """Write the part of the font `whole` that documents need."""
    options = subset.Options(
        layout_features=[], hinting=False, notdef_outline=True, recalc_timestamp=False, drop_tables=["vhea", "vmtx"]
    )
    font = TTFont(whole, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters())
    cutter.subset(font)
    font.save(target, reorderTables=True)


if __name__ == "__main__":
    cut(Path(sys.argv[1]), TARGET)
    print(TARGET, TARGET.stat().st_size)
