"""The pages of a generated encyclopedia, in the markup of 2014-2022: 80 KB, 30 infobox rows, 60 links.

Comes in: a `World` and an entry's number. Goes out: the page's bytes, in pieces of which most are the same for all pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from tests.bench.site.world import World

__all__ = ["ERROR_PAGE", "entry_page", "sense_list"]

#: links in the infobox, in the summary; the others stand in the text
_IN_ROWS, _IN_SUMMARY = 30, 10
#: rows without links: name, value with the entry's number in it
_PLAIN_ROWS = (
    ("外文名", "Sample {n}"),
    ("别&nbsp;&nbsp;&nbsp;&nbsp;名", "样城{n}、样州{n}"),
    ("面&nbsp;&nbsp;&nbsp;&nbsp;积", "{n}.4平方千米"),
    ("人&nbsp;&nbsp;&nbsp;&nbsp;口", "{n}万人（2018年）"),
    ("政府驻地", "样例路{n}号"),
    ("电话区号", "0{n}"),
    ("邮政编码", "1{n}"),
    ("气候条件", "海洋性季风气候"),
    ("机&nbsp;&nbsp;&nbsp;&nbsp;场", "样例国际机场"),
    ("设立时间", "1928年3月"),
    ("方&nbsp;&nbsp;&nbsp;&nbsp;言", "样例话，样例官话"),
    ("海&nbsp;&nbsp;&nbsp;&nbsp;拔", "约{n}米"),
    ("车牌代码", "样A{n}"),
    ("生产总值", "1,234.5亿元（2018年）"),
    ("行政代码", "99{n}"),
    ("市&nbsp;&nbsp;&nbsp;&nbsp;花", "白花、红花"),
    ("市&nbsp;&nbsp;&nbsp;&nbsp;树", "样树"),
    ("官方网站", "www.example.org"),
    ("最高峰", '样峰<sup>[1]</sup><a class="sup-anchor" name="ref_[1]">&nbsp;</a>'),
)
_LINKED_ROWS = (
    "著名景点", "下辖地区", "所属地区", "著名人物", "车&nbsp;&nbsp;&nbsp;&nbsp;站",
    "相邻地区", "主要河流", "高等院校", "友好城市", "所属流域",
)  # fmt: skip

_ANALYTICS = "".join(
    f'<script type="text/javascript">void function(){{var t{at}="{at:04}";alog("speed.set","c_{at}",+new Date);'
    f"require.async(['wiki-lemma:widget/part{at}/part{at}'],function(part){{part({{id:{at},shown:false,log:'10{at:04}'}});}});}}();</script>\n"
    for at in range(36)
)
_HEAD = f"""<meta http-equiv="X-UA-Compatible" content="IE=Edge" />
<meta name="referrer" content="always" />
<link rel="shortcut icon" href="/favicon.ico" type="image/x-icon" />
{_ANALYTICS}<meta itemprop="dateUpdate" content="2018-11-02 10:20:30" />
</head>
<body class="wiki-lemma normal">
<div class="header-wrapper pc-header-new"><div class="topbar cmn-clearfix"><ul class="wgt-userbar wgt-userbar-n" id="j-wgt-userbar">
<li><a href="http://www.baidu.com/">百度首页</a></li></ul></div></div>
<div class="body-wrapper"><div class="content-wrapper"><div class="content"><div class="main-content">
<div class="top-tool "><span class="collect-text">收藏</span></div>
<dl class="lemmaWgt-lemmaTitle lemmaWgt-lemmaTitle-">
<dd class="lemmaWgt-lemmaTitle-title">
"""
_PARAGRAPH = (
    '<div class="para" label-module="para">老城沿河而建，骑楼的廊柱上挂着螺灯<sup class="sup--normal" data-sup="2" data-ctrmap=":2,">[2]</sup>'
    '<a class="sup-anchor" name="ref_[2]_5100002">&nbsp;</a>。渡口对岸是<b>白帆渡</b>，每逢望日有灯船夜游，两岸居民以竹篙撑船，'
    "歌声可传数里；旧志所载二十四桥今存十七，其余毁于历次大水。这一段文字只为使网页有真实网页的大小，并无他意。</div>\n"
)
_TEXT = "".join(
    f'<div class="anchor-list"><a name="{at}" class="lemma-anchor para-title" ></a><a name="sub5100002_{at}" class="lemma-anchor " ></a></div>'
    f'<div class="para-title level-2" label-module="para-title"><h2 class="title-text"><span class="title-prefix">样例</span>第{at}节</h2>'
    f'<a class="edit-icon j-edit-link" data-edit-dl="{at}" href="javascript:;"><em class="cmn-icon"></em>编辑</a></div>\n' + _PARAGRAPH * 9
    for at in range(1, 12)
)
_FOOT = f"""</div>
<div class="wgt-footer-main"><div class="content"><dl class="fresh"><dt>新手上路</dt>
<dd><div><a target="_blank" href="/help#main01">编辑入门</a></div></dd></dl></div></div>
{_ANALYTICS}</body></html>"""
_HEAD_BYTES, _TEXT_BYTES, _FOOT_BYTES = _HEAD.encode(), _TEXT.encode(), _FOOT.encode()

ERROR_PAGE = """<!doctype html><html lang="zh"><head><meta charset="UTF-8"><title>百度百科——全球最大中文百科全书</title></head>
<body><div id="bd"><h1 class="baikeLogo">百度百科错误页</h1><div class="errorBox"><div class="sorryBox"><p class="sorryCont">
<span class="sorryTxt">抱歉</span>，您所访问的页面不存在...</p></div></div></div></body></html>""".encode()


def entry_page(world: World, number: int) -> tuple[bytes, ...]:
    """The pieces of an entry's page."""
    title, sense = world.title(number), world.sense(number)
    links = [f'<a target=_blank href="{href}">{text}</a>' for href, text in world.links(number)]
    summary = links[_IN_ROWS : _IN_ROWS + _IN_SUMMARY]
    shown = f"{title}（{sense}）" if sense else title
    top = f"""<!DOCTYPE html>
<!--STATUS OK-->
<html>
<head>
<meta charset="UTF-8">
<meta name="description" content="{title}是样例省的一座城市，第{number}座。">
<title>{shown}_百度百科</title>
"""
    heading = f"""<h1 >{title}</h1>
{f"<h2>（{sense}）</h2>" if sense else ""}
<a href="/planet/talk?lemmaId={world.lemma_id(number)}" target="_blank" class="lemma-discussion">讨论</a>
</dd>
</dl><div class="promotion-declaration">
</div><div class="lemma-summary" label-module="lemmaSummary">
<div class="para" label-module="para">{title}是一座城市，位于{"、".join(summary)}之间，编号{number}。</div>
</div>
<div class="configModuleBanner">
</div><div class="basic-info cmn-clearfix">
<dl class="basicInfo-block basicInfo-left">
{"".join(_rows(title, number, links[:_IN_ROWS]))}</dl></div>
<div class="para" label-module="para">相关：{"；".join(links[_IN_ROWS + _IN_SUMMARY :])}</div>
"""
    side = f"""<div id="open-tag"><dd id="open-tag-item"><span class="taglist">城市</span>，<span class="taglist">样例{number % 10}</span></dd></div>
</div><div class="side-content"><dl class="side-box lemma-statistics"><dd class="description"><ul><li>编辑次数：{number}次
<a href="/historylist/{quote(title)}/{world.lemma_id(number)}" target="_blank">历史版本</a></li></ul></dd></dl></div>
<script type="text/javascript">collect({{newLemmaId:"{world.lemma_id(number)}",lemmaId:"{number + 77}",subLemmaId:"5100002"}});</script>
"""
    return top.encode(), _HEAD_BYTES, heading.encode(), _TEXT_BYTES, side.encode(), _FOOT_BYTES


def _rows(title: str, number: int, links: list[str]) -> Iterator[str]:
    yield _row("中文名", title)
    for name, value in _PLAIN_ROWS:
        yield _row(name, value.replace("{n}", str(number)))
    for at, name in enumerate(_LINKED_ROWS):
        yield _row(name, "、".join(links[at * 3 : at * 3 + 3]))


def _row(name: str, value: str) -> str:
    return f'<dt class="basicInfo-item name">{name}</dt>\n<dd class="basicInfo-item value">\n{value}\n</dd>\n'


def sense_list(world: World, numbers: list[int]) -> tuple[bytes, ...]:
    """The page of a name that several entries have."""
    title = world.title(numbers[0])
    items = "".join(
        f'<li class="list-dot"><div class="para" label-module="para"><a target=_blank href="{world.address(number)}">'
        f"{title}：{world.sense(number)}</a></div></li>"
        for number in numbers
    )
    page = f"""<!DOCTYPE html>
<!--STATUS OK-->
<html><head><meta charset="UTF-8"><title>{title}（{title}）_百度百科</title></head>
<body class="wiki-lemma"><div class="main-content"><dl class="lemmaWgt-lemmaTitle lemmaWgt-lemmaTitle-">
<dd class="lemmaWgt-lemmaTitle-title"><h1 >{title}</h1></dd>
</dl><div class="lemmaWgt-subLemmaListTitle">这是一个<a href="/view/10812277.htm" target="_blank">多义词</a>，请在下列义项上选择浏览</div>
<ul class="custom_dot  para-list">{items}</ul></div><div class="side-content"></div></body></html>"""
    return (page.encode(),)
