"""Spider arguments and settings: what they become, and what is said when they make no sense."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.settings import Settings

from baike_spider.crawl.plan import PLACEHOLDER, check_contact, make_plan, read_seed, read_seeds
from baike_spider.exits import BadInput, NoContact
from extractors import EntryRef, entry_ref, site_named

SITE = site_named("baidu_baike")


def settings(**over: object) -> Settings:
    found = Settings()
    found.setmodule("baike_spider.settings")
    found.update(
        {"BAIKE_OUTPUT": "out", "BAIKE_CRAWL": "", "BAIKE_MIRROR": "http://127.0.0.1:9/", "BAIKE_CONTACT": "", **over}, priority="cmdline"
    )
    return found


@pytest.mark.parametrize(
    ("seeds", "expected"),
    [
        ("刘德华", [EntryRef("baidu_baike", "刘德华")]),
        ("刘德华,清华大学", [EntryRef("baidu_baike", "刘德华"), EntryRef("baidu_baike", "清华大学")]),
        ("刘德华，清华大学", [EntryRef("baidu_baike", "刘德华"), EntryRef("baidu_baike", "清华大学")]),
        ("https://baike.baidu.com/item/%E5%88%98%E5%BE%B7%E5%8D%8E/114923?fr=x", [EntryRef("baidu_baike", "刘德华", 114923)]),
        ("http://baike.baidu.com/view/1758.htm", [EntryRef("baidu_baike", "", None, "/view/1758.htm")]),
        ("baike.baidu.com/item/刘德华/114923", [EntryRef("baidu_baike", "刘德华", 114923)]),
        ("//baike.baidu.com/view/1758.htm", [EntryRef("baidu_baike", "", None, "/view/1758.htm")]),
        ("baike.baidu.com", [EntryRef("baidu_baike", "baike.baidu.com")]),
    ],
)
def test_seeds(seeds: str, expected: list[EntryRef]) -> None:
    assert list(read_seeds(seeds, SITE)) == expected


def test_seed_file_with_comments_and_bom(tmp_path: Path) -> None:
    path = tmp_path / "seeds.txt"
    path.write_text("\ufeff# 人物\n刘德华\n\n  清华大学  \n", encoding="utf-8")
    assert [ref.title for ref in read_seeds(f"@{path}", SITE)] == ["刘德华", "清华大学"]


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        ("@no-such-file.txt", "no-such-file.txt: No such file"),
        ("", "holds no seed"),
        (" , ,", "holds no seed"),
        ("https://zh.wikipedia.org/wiki/X", "no entry of 百度百科"),
        ("https://baike.baidu.com/usercenter", "no entry of 百度百科"),
    ],
)
def test_bad_seeds(seeds: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        list(read_seeds(seeds, SITE))


def test_seed_file_that_is_empty_or_not_utf8(tmp_path: Path) -> None:
    empty, gbk = tmp_path / "empty.txt", tmp_path / "gbk.txt"
    empty.write_text("# nothing\n", encoding="utf-8")
    gbk.write_bytes("刘德华".encode("gbk"))
    with pytest.raises(BadInput, match="holds no seed"):
        list(read_seeds(f"@{empty}", SITE))
    with pytest.raises(BadInput, match="not UTF-8 at byte 0"):
        list(read_seeds(f"@{gbk}", SITE))


def test_a_seed_file_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "seeds.txt"
    path.write_text("刘德华\nhttps://example.org/x\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"seeds\.txt:2: https://example\.org/x"):
        list(read_seeds(f"@{path}", SITE))


@pytest.mark.parametrize(
    ("arguments", "over", "message"),
    [
        ({"follow": "everything"}, {}, "follow='everything': choose one of"),
        ({"max_entries": "0"}, {}, "max_entries='0': give a whole number from 1"),
        ({"max_depth": "-1"}, {}, "max_depth='-1'"),
        ({"site": "nowhere"}, {}, "no site 'nowhere'; there are: baidu_baike"),
        ({"seed": "刘德华"}, {}, "unknown argument seed"),
        ({}, {"BAIKE_CRAWL": "../x"}, "a crawl's name is"),
        ({}, {"BAIKE_MIRROR": "127.0.0.1"}, "give a base address"),
        ({}, {"BAIKE_COMMIT_SECONDS": "0"}, "BAIKE_COMMIT_SECONDS='0': give a number from 0.01"),
        ({}, {"BAIKE_LEASE_SECONDS": "x"}, "BAIKE_LEASE_SECONDS='x': give a number from 3"),
        ({}, {"BAIKE_TRIPLES_FORMAT": "xml"}, "choose jsonl or tsv"),
    ],
)
def test_bad_arguments(arguments: dict[str, str], over: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        make_plan("baike", arguments, settings(**over))


@pytest.mark.parametrize(
    ("spider", "arguments", "message"),
    [
        ("baike", {"site": "baidu_zhidao"}, "百度知道 holds questions; crawl it with `scrapy crawl zhidao`"),
        ("zhidao", {"site": "hudong"}, "互动百科 holds entries; crawl it with `scrapy crawl baike`"),
        ("zhidao", {"follow": "infobox"}, "choose one of related, page, none"),
        ("baike", {"follow": "related"}, "choose one of infobox, summary, page, none"),
        ("zhidao", {"seeds": "https://baike.baidu.com/item/X"}, "no entry of 百度知道"),
        ("zhidao", {"seeds": "http://zhidao.baidu.com/search?word=x"}, "no entry of 百度知道"),
    ],
)
def test_a_spider_and_a_site_that_do_not_fit(spider: str, arguments: dict[str, str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        make_plan(spider, arguments, settings())


def test_the_plan_of_a_crawl_of_questions() -> None:
    seeds = "51277646,http://zhidao.baidu.com/question/7.html?fr=x,/list?cid=106,学校,https://zhidao.baidu.com/"
    plan = make_plan("zhidao", {"seeds": seeds}, settings(BAIKE_MIRROR="", BAIKE_RICH_QUESTIONS="1"))
    assert [ref.key for ref in plan.seeds] == [51277646, 7, "/list?cid=106", "/list?tag=%D1%A7%D0%A3", "/"]
    assert (plan.site.name, plan.follow, plan.rich, plan.folder) == ("baidu_zhidao", "related", True, Path("out/zhidao"))
    # identities are http, as the corpus has them; what is fetched is https, which saves a redirect a page
    url = plan.fetch_url(plan.seeds[0])
    assert url == "https://zhidao.baidu.com/question/51277646.html"
    assert entry_ref(plan.real_url(url)) == plan.seeds[0]
    mirrored = make_plan("zhidao", {}, settings())
    assert mirrored.fetch_url(plan.seeds[2]) == "http://127.0.0.1:9/list?cid=106"
    assert mirrored.real_url("http://127.0.0.1:9/list?cid=106") == "http://zhidao.baidu.com/list?cid=106"
    with pytest.raises(BadInput, match="BAIKE_RICH_QUESTIONS='x': give 0 or 1"):
        make_plan("zhidao", {}, settings(BAIKE_RICH_QUESTIONS="x"))


@pytest.mark.parametrize("contact", ["", PLACEHOLDER])
def test_a_live_crawl_needs_a_contact(contact: str) -> None:
    with pytest.raises(NoContact, match="export BAIKE_CONTACT="):
        check_contact(make_plan("baike", {}, settings(BAIKE_MIRROR="")), contact)


def test_a_contact_or_a_mirror_is_enough() -> None:
    check_contact(make_plan("baike", {}, settings(BAIKE_MIRROR="")), "me@example.org")
    check_contact(make_plan("baike", {}, settings()), "")


def test_a_mirror_changes_addresses_but_not_identities() -> None:
    plan = make_plan("baike", {"seeds": "刘德华"}, settings())
    url = plan.fetch_url(EntryRef("baidu_baike", "刘德华", 114923))
    assert url == "http://127.0.0.1:9/item/刘德华/114923"
    assert plan.real_url(url) == "https://baike.baidu.com/item/刘德华/114923"
    assert plan.folder == Path("out/baike")


@pytest.mark.parametrize("seed", ["", "  "])
def test_an_empty_seed_is_refused(seed: str) -> None:
    with pytest.raises(BadInput, match="start_urls: an empty seed"):
        read_seed(seed, where="start_urls", site=SITE)


@pytest.mark.parametrize(("text", "seconds"), [("0h", 0), ("12h", 43200), ("30d", 2592000), (" 2W ", 1209600)])
def test_refresh(text: str, seconds: int) -> None:
    plan = make_plan("baike", {"refresh": text}, settings())
    assert (plan.refresh_seconds, plan.exclusive) == (seconds, True)


@pytest.mark.parametrize("text", ["30", "d", "3y", "-1d", "1.5h", "9999999d"])
def test_bad_spans(text: str) -> None:
    with pytest.raises(BadInput, match="such as 12h, 30d or 2w"):
        make_plan("baike", {"refresh": text}, settings())


def test_exclusive() -> None:
    assert make_plan("baike", {"exclusive": "1"}, settings()).exclusive
    assert not make_plan("baike", {}, settings()).exclusive
    with pytest.raises(BadInput, match="give 1 or 0"):
        make_plan("baike", {"exclusive": "maybe"}, settings())


def test_all_seeds_that_are_wrong_are_told_of(tmp_path: Path) -> None:
    file = tmp_path / "seeds.txt"
    file.write_text("甲\n" + "https://example.org/x\n" * 30, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        list(read_seeds(f"@{file}", SITE))
    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[0].startswith(f"{file}:2: https://example.org/x is no entry")
    assert lines[-1] == "... and 10 more"


def test_a_name_that_is_not_utf8_is_no_seed() -> None:
    with pytest.raises(BadInput, match="not UTF-8"):
        read_seed("刘德华".encode("gbk").decode("utf-8", "surrogateescape"), where="seeds", site=SITE)


def test_a_redis_host_that_would_go_unheard_is_refused() -> None:
    with pytest.raises(BadInput, match="REDIS_URL=redis://"):
        make_plan("baike", {}, settings(REDIS_HOST="10.0.0.1", REDIS_URL=""))
    make_plan("baike", {}, settings(REDIS_HOST="10.0.0.1", REDIS_URL="redis://10.0.0.1"))
