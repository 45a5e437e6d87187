"""Which page answers which address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from baike_spider.exits import BadInput
from baike_spider.mirror import Catalog, Mirror
from extractors import Page, extract
from tests.mirror.conftest import Folder, ask

BAIKE = "https://baike.baidu.com"

#: a folder with one page for every rule
LINES: tuple[dict[str, Any], ...] = (
    {"path": "refused.html", "url": f"{BAIKE}/item/甲/1?fromModule=search", "kind": "antibot", "captured": "2026-01"},
    {"path": "old-copy.html", "url": f"{BAIKE}/item/甲/1", "kind": "entry", "captured": "2018-05-01"},
    {"path": "new-copy.html", "url": f"{BAIKE}/item/甲/1?fromModule=lemma_inlink", "kind": "entry", "captured": "2019-10 (crawl)"},
    {"path": "second-sense.html", "url": f"{BAIKE}/item/甲/2", "kind": "entry"},
    {"path": "senses.html", "url": f"{BAIKE}/item/乙", "kind": "sense_list"},
    {"path": "a-sense.html", "url": f"{BAIKE}/item/乙/3", "kind": "entry"},
    {"path": "forced.html", "url": f"{BAIKE}/item/丙?force=1", "kind": "sense_list"},
    {"path": "forced-sense.html", "url": f"{BAIKE}/item/丙/4", "kind": "entry"},
    {"path": "garbage.html", "url": "ENCODE ERRORENCODE ERRORhttp://baike.baidu.com/item/丁#hotspot", "kind": "entry", "lemma_id": 5},
    {"path": "slash.html", "url": f"{BAIKE}/item/AC%2FDC/6", "kind": "entry"},
    {"path": "old-form.html", "url": "http://baike.baidu.com/view/77.html?goodTagLemma", "kind": "entry"},
    {"path": "search.html", "url": "http://baike.baidu.com/search/word?word=%E6%88%8A", "kind": "nonentry"},
    {"path": "album.html", "url": f"{BAIKE}/pic/甲/1/0/ab?fr=lemma&ct=single", "kind": "picture-album"},
    {"path": "wiki.html", "url": "http://www.baike.com/wiki/12月%5B月份%5D", "kind": "entry"},
    {"path": None, "url": f"{BAIKE}/item/别名", "redirect": f"{BAIKE}/item/甲/1?fromtitle=别名&fromid=9", "kind": "redirect"},
    {"path": None, "url": f"{BAIKE}/view/78.htm", "redirect": f"{BAIKE}/item/甲/2", "status": 301, "kind": "redirect"},
    {"path": "gone.html", "url": f"{BAIKE}/gone", "status": 410, "kind": "nonentry"},
)


@pytest.mark.parametrize(
    ("target", "status", "file"),
    [
        pytest.param("/item/甲/1", 200, "new-copy.html", id="newest-capture-that-is-no-refusal"),
        pytest.param("/item/甲/1?fromModule=search", 200, "new-copy.html", id="no-refusal-even-at-its-own-query"),
        pytest.param("/item/%E7%94%B2/1?fromModule=other#2", 200, "new-copy.html", id="tracking-query"),
        pytest.param("/item/%BC%D7/1", 200, "new-copy.html", id="gbk-percent-spelling"),
        pytest.param("/item/别的题目/2", 200, "second-sense.html", id="id-decides-not-the-title"),
        pytest.param("/item/甲?lemmaId=2", 200, "second-sense.html", id="id-in-the-query"),
        pytest.param("/item/甲", 200, "new-copy.html", id="plain-title-of-a-page-with-id"),
        pytest.param("/item/乙", 200, "senses.html", id="page-saved-under-the-plain-title-first"),
        pytest.param("/item/乙/3", 200, "a-sense.html", id="sense"),
        pytest.param("/item/丙?force=1", 200, "forced.html", id="exact-query"),
        pytest.param("/item/丙", 200, "forced-sense.html", id="plain-title-before-a-page-with-query"),
        pytest.param("/item/丁", 200, "garbage.html", id="garbage-before-the-address"),
        pytest.param("/item/丁/5", 200, "garbage.html", id="lemma-id-of-the-index"),
        pytest.param("/item/AC%2FDC/6", 200, "slash.html", id="slash-in-the-title"),
        pytest.param("/view/77.htm", 200, "old-form.html", id="old-form-without-l"),
        pytest.param("/view/77.html", 200, "old-form.html", id="old-form"),
        pytest.param("/search/word?word=戊", 200, "search.html", id="path-and-query-decoded"),
        pytest.param("/search/word", 200, "search.html", id="path-alone"),
        pytest.param("/pic/甲/1/0/ab", 200, "album.html", id="path-without-its-query"),
        pytest.param("/wiki/12月[月份]", 200, "wiki.html", id="another-site"),
        pytest.param("/gone", 410, "gone.html", id="status-of-the-index"),
        pytest.param("/nothing/here", 404, None, id="unknown-path"),
        pytest.param("//item/甲/1", 404, None, id="doubled-slash"),
    ],
)
def test_answers(folder: Folder, target: str, status: int, file: str | None) -> None:
    with Mirror([folder(*LINES)]) as mirror:
        reply = ask(mirror.base_url, target)
    assert reply.status == status
    if file is not None:
        assert f"<title>{file}</title>" in reply.text


@pytest.mark.parametrize(
    ("target", "status", "location"),
    [
        ("/item/别名", 302, f"/item/{quote('甲')}/1?fromtitle={quote('别名')}&fromid=9"),
        ("/view/78.htm", 301, f"/item/{quote('甲')}/2"),
        ("/item/没有", 302, "/error.html"),
        ("/item/甲/999", 302, "/error.html"),
        ("/view/9999.htm", 302, "/error.html"),
    ],
)
def test_redirects(folder: Folder, target: str, status: int, location: str) -> None:
    with Mirror([folder(*LINES)]) as mirror:
        reply = ask(mirror.base_url, target)
        assert (reply.status, reply.headers["location"]) == (status, location)
        followed = ask(mirror.base_url, reply.headers["location"])
    assert followed.status == 200


def test_a_missing_entry_ends_at_the_sites_own_error_page(folder: Folder) -> None:
    home = folder({"path": "error.html", "url": f"{BAIKE}/error.html"}, {"path": "a.html", "url": f"{BAIKE}/item/甲/1"})
    with Mirror([home]) as mirror:
        assert "<title>error.html</title>" in ask(mirror.base_url, "/error.html").text


def test_without_one_the_mirror_has_an_error_page_of_its_own(folder: Folder) -> None:
    with Mirror([folder(*LINES)]) as mirror:
        assert "您所访问的页面不存在" in ask(mirror.base_url, "/error.html").text
        assert "您所访问的页面不存在" in ask(mirror.base_url, "/nothing/here").text


def test_host_header_of_a_real_site_keeps_to_that_site(folder: Folder) -> None:
    with Mirror([folder(*LINES)]) as mirror:
        assert ask(mirror.base_url, "/item/甲/1", headers={"Host": "baike.baidu.com"}).status == 200
        assert ask(mirror.base_url, "/item/甲/1", headers={"Host": "wapbaike.baidu.com:80"}).status == 200


def test_index_in_a_folder_above(folder: Folder) -> None:
    home = folder(
        {"path": "site/a.html", "url": f"{BAIKE}/item/甲/1"},
        {"path": "site/sub/b.html", "url": f"{BAIKE}/item/乙/2"},
        {"path": "elsewhere/c.html", "url": f"{BAIKE}/item/丙/3"},
    )
    with Mirror([home / "site"]) as mirror:
        assert ask(mirror.base_url, "/item/甲/1").status == 200
        assert ask(mirror.base_url, "/item/乙/2").status == 200
        assert ask(mirror.base_url, "/item/丙/3").headers["location"] == "/error.html"


def test_index_in_a_folder_below_and_several_folders(folder: Folder, tmp_path: Path) -> None:
    folder({"path": "a.html", "url": f"{BAIKE}/item/甲/1"}, name="outer/first".replace("/", "-"))
    below = tmp_path / "holder"
    below.mkdir()
    (tmp_path / "outer-first").rename(below / "first")
    other = folder({"path": "b.html", "url": f"{BAIKE}/item/乙/2"}, name="second")
    with Mirror([below, other]) as mirror:
        assert ask(mirror.base_url, "/item/甲/1").status == 200
        assert ask(mirror.base_url, "/item/乙/2").status == 200


def test_no_index_line_leads_out_of_the_folder(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    home = folder({"path": "a.html", "url": f"{BAIKE}/item/甲/1"})
    with (home / "index.jsonl").open("a", encoding="utf-8") as index:
        index.write(json.dumps({"path": "../secret.html", "url": f"{BAIKE}/item/乙/2"}) + "\n")
    with Mirror([home]) as mirror:
        assert ask(mirror.base_url, "/item/乙/2").headers["location"] == "/error.html"


ENTRY = (
    '<html><body><dl><dd class="lemmaWgt-lemmaTitle-title"><h1 >{title}</h1></dd></dl><span class="view-tip-panel">'
    '<a class="viewTip-icon">同义词</a><span class="viewTip-fromTitle">{alias}</span>一般指{title}</span>'
    '<div class="lemma-summary"><div class="para">{title}。</div></div>'
    '<div class="basic-info"><dl class="basicInfo-block"><dt class="basicInfo-item name">名称</dt><dd class="basicInfo-item value">{title}</dd></dl></div>'
    '<div class="anchor-list"></div><script>c({{newLemmaId:"{lemma_id}"}})</script></body></html>'
)


def test_pages_without_an_index_are_known_by_their_content(folder: Folder) -> None:
    home = folder(bodies={"any/name.htm": ENTRY.format(title="月台", alias="站台", lemma_id=81).encode(), "notes.html": b"<html>x</html>"})
    with Mirror([home]) as mirror:
        assert "月台。" in ask(mirror.base_url, "/item/月台/81").text
        assert "月台。" in ask(mirror.base_url, "/item/月台").text
        synonym = ask(mirror.base_url, "/item/站台")
        assert (synonym.status, synonym.headers["location"]) == (302, f"/item/{quote('月台')}/81?fromtitle={quote('站台')}")
        assert mirror.catalog.unaddressed == [str(home / "notes.html")]


def test_the_page_says_the_id_that_its_address_lacks(folder: Folder) -> None:
    body = ENTRY.format(title="月台", alias="站台", lemma_id=81).encode()
    home = folder({"path": "p.html", "url": "http://baike.baidu.com/view/7.htm"}, bodies={"p.html": body})
    with Mirror([home]) as mirror:
        for target in ("/view/7.htm", "/item/月台/81", "/item/月台"):
            assert ask(mirror.base_url, target).body == body


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda home: home / "nowhere", "no such folder"),
        (lambda home: home, "no saved page with a known address"),
    ],
    ids=["missing", "empty"],
)
def test_bad_folders(tmp_path: Path, make: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message), Mirror([make(tmp_path)]):
        pass


@pytest.mark.parametrize("line", ["{", "[1]", '{"url": "https://baike.baidu.com/item/x"}', '{"path": 7}'])
def test_bad_index(folder: Folder, line: str) -> None:
    home = folder({"path": "a.html", "url": f"{BAIKE}/item/甲/1"})
    with (home / "index.jsonl").open("a") as index:
        index.write(line + "\n")
    with pytest.raises(BadInput, match=r"index\.jsonl:2: "):
        Catalog.of([home])


def test_files_that_an_index_names_and_that_are_not_there(folder: Folder) -> None:
    home = folder({"path": "a.html", "url": f"{BAIKE}/item/甲/1"}, {"path": "b.html", "url": f"{BAIKE}/item/乙/2"})
    (home / "b.html").unlink()
    catalog = Catalog.of([home])
    assert (catalog.files, catalog.absent) == (1, [str(home / "b.html")])


@pytest.mark.real_pages
def test_every_real_page_is_served_where_it_was_saved_from(shared_pages: Path, shared_index: list[dict[str, Any]]) -> None:
    """The page itself, or another copy of it: some were saved twice, under two addresses of one entry."""
    catalog = Catalog.of([shared_pages])
    assert catalog.absent == []
    titles = {str(shared_pages / record["path"]): record["title"] for record in shared_index}
    asked = [record for record in shared_index if record["url"] is not None and record["kind"] != "antibot"]
    assert len(asked) >= 470
    for record in asked:
        url = urlsplit(record["url"][record["url"].index("http") :])
        answer = catalog.find(f"{url.path}?{url.query}" if url.query else url.path)
        assert answer is not None, record["url"]
        assert titles[answer.file] == record["title"], record["url"]


@pytest.mark.real_pages
def test_every_real_entry_is_reached_by_the_links_to_it(shared_pages: Path, shared_index: list[dict[str, Any]]) -> None:
    """Entries link to each other by title and id; many pages were saved under a plain title, a search, an old or a synonym's address."""
    catalog = Catalog.of([shared_pages])
    entries = {}
    for record in shared_index:
        if record["site"] == "baidu" and record["kind"] == "entry" and record["path"].endswith(".html"):
            file = shared_pages / record["path"]
            entries[str(file)] = extract(Page(file.read_bytes(), url="https://baike.baidu.com/"))
    assert len(entries) >= 270
    for file, entry in entries.items():
        answer = catalog.find(urlsplit(entry.url).path)
        assert answer is not None, file
        assert entries[answer.file].url == entry.url, file


def test_a_link_that_leads_nowhere_is_no_page(folder: Folder) -> None:
    home = folder({"path": "a.html", "url": f"{BAIKE}/item/甲"})
    (home / "dangling.html").symlink_to(home / "gone.html")
    with Mirror([home]) as mirror:
        assert ask(mirror.base_url, "/item/甲").status == 200
