"""The commands behind `make`: what goes wrong is told in one line, and what must be found is found."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from suite import environment, harness, linting, no_tours, testing, translations
from suite.postgres import Cluster
from suite.process import SuiteError

ROOT = Path(__file__).resolve().parents[1]


def suite(command, **variables):
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "suite"), command],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def assert_one_line(done, *words):
    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert all(word in line for word in words), line


def test_a_taken_port_is_told_before_anything_is_made():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert_one_line(suite("demo", HTTP_PORT=port), port, "taken", "HTTP_PORT=")


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_port_that_is_none(port):
    assert_one_line(suite("demo", HTTP_PORT=port), f"HTTP_PORT={port}")


def test_a_folder_that_is_no_odoo(tmp_path):
    assert_one_line(suite("check", ODOO_SRC=str(tmp_path)), "ODOO_SRC", "release.py")


def test_another_version_of_odoo(tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, 'final', 0, '')\n")
    assert_one_line(suite("check", ODOO_SRC=str(tmp_path)), "not Odoo 19.0")


def test_a_server_that_does_not_answer(tmp_path):
    assert_one_line(suite("check", PGHOST=str(tmp_path)), f"PGHOST={tmp_path}", "does not answer")


def test_databases_of_others_are_not_dropped(monkeypatch):
    env = environment.ensure()
    own = Cluster(env)
    own.start()
    for name, value in own.variables().items():
        if name.startswith("PG"):
            monkeypatch.setenv(name, value)
    shared = Cluster(env)
    assert shared.external
    own.query('CREATE DATABASE "others"')
    try:
        for replace in (lambda: shared.drop("others"), lambda: shared.clone("template1", "others")):
            with pytest.raises(SuiteError, match=r"database others .* not of our making"):
                replace()
        assert "others" in shared.databases("others")
    finally:
        own.query('DROP DATABASE "others"')
    shared.clone("template1", "test-ours")
    shared.drop("test-ours")
    assert shared.databases("test-ours") == []


def test_a_database_that_is_not_there():
    assert_one_line(suite("check", DB="nowhere"), "no database nowhere")


def test_another_python_is_refused(tmp_path):
    """As the interpreter would run it, with a version of its own and no python3.11 on PATH."""
    script = (
        "import runpy, sys\n"
        "sys.version_info = (3, 13, 0, 'final', 0)\n"
        f"runpy.run_path({str(ROOT / 'tools' / 'suite' / '__main__.py')!r}, run_name='__main__')\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert_one_line(done, "python3.11 is needed", "3.13")


@pytest.mark.parametrize(
    "line",
    ["url = 'https://py" + "pi.org/simple'", "# TO" + "DO: later", "path = '/ro" + "ot/x'", "cp /ho" + "me/me/file ."],
)
def test_words_that_must_not_be_committed(line):
    assert [what for what, pattern in linting.FORBIDDEN.items() if linting.re.search(pattern, line)]


def test_an_untranslated_term_is_found(tmp_path):
    folder = tmp_path / "addon" / "i18n"
    folder.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (folder / "addon.pot").write_text(header + 'msgid "Card %s"\nmsgstr ""\n\nmsgid "Points"\nmsgstr ""\n')
    translated = header + 'msgid "Card %s"\nmsgstr "卡 %s"\n\nmsgid "Points"\nmsgstr "积分"\n'
    (folder / "zh_CN.po").write_text(translated)
    assert list(translations.problems(tmp_path / "addon")) == []
    for broken, told in (
        (translated.replace("积分", ""), "untranslated"),
        (translated.replace("卡 %s", "卡"), "placeholders"),
        (translated.replace("Points", "Point"), "not in zh_CN.po"),
        (translated.replace('\nmsgid "Points"', '\n#, fuzzy\nmsgid "Points"'), "fuzzy"),
    ):
        (folder / "zh_CN.po").write_text(broken)
        assert told in "\n".join(translations.problems(tmp_path / "addon"))


def test_a_skip_for_want_of_a_browser_fails_the_run():
    ours = testing.Group("ours", [], odoo=True, strict=True)
    native = testing.Group("native", [], odoo=True, strict=False)
    no_browser = testing.Tally(passed=1, skipped=["test_x: Chrome executable not found"])
    no_module = testing.Tally(passed=1, skipped=["test_y: module pos_sale is not installed"])
    assert testing._problems(native, no_browser, 0, narrowed=False)
    assert not testing._problems(native, no_module, 0, narrowed=False)
    assert testing._problems(ours, no_module, 0, narrowed=False)
    assert testing._problems(ours, testing.Tally(), 5, narrowed=False)


def test_browser_tests_are_told_from_others():
    assert no_tours._DRIVES_A_BROWSER.search("self.start_tour('/odoo', 'x')")
    assert no_tours._DRIVES_A_BROWSER.search("self.start_pos_tour('x')")
    assert not no_tours._DRIVES_A_BROWSER.search("self.start_session()")


def test_the_purchases_are_the_real_file():
    _header, *purchases = Path(os.environ["SUITE_CDNOW"]).read_text().splitlines()
    assert len([line for line in purchases if line.strip()]) == 69_659


def test_a_server_is_started_and_a_crash_of_a_worker_is_survived():
    with harness.fresh_database("tools") as database, harness.server(database, workers=2) as server:
        assert server.answers()
        before = set(server.worker_pids())
        killed = server.kill_worker()
        assert killed in before
        harness.wait_until(lambda: len(set(server.worker_pids()) - {killed}) == 2 and server.answers(), 20)
        with harness.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM ir_module_module WHERE name = 'giftcard_points' AND state = 'installed'"
            )
            assert cursor.fetchone() == (1,)
