"""The files of production, judged by the real programs: docker-compose, nginx, Odoo's own configuration parser."""

import datetime
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from suite import harness

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = {
    "SERVER_NAME": "cards.example.com",
    "POSTGRES_PASSWORD": "a database password",
    "GIFTCARD_PEPPER": "a pepper of at least thirty-two bytes",
}


def compose(*arguments, **settings):
    known = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    command = [*harness.deployment_program("docker-compose"), "-f", "docker-compose.yml", *arguments]
    return subprocess.run(command, cwd=ROOT, env=known | settings, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def services():
    done = compose("config", "--format", "json", **SETTINGS)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["services"]


def test_compose_file_is_valid():
    done = compose("config", "--quiet", **SETTINGS)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_compose_refuses_to_start_without_a_host_name():
    done = compose("config", "--quiet", **{**SETTINGS, "SERVER_NAME": ""})
    assert done.returncode != 0
    assert "SERVER_NAME" in done.stderr


def test_every_service_is_watched_and_restarted(services):
    for name, service in services.items():
        assert service["healthcheck"]["test"], name
        assert service["restart"] == "unless-stopped", name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_only_nginx_is_reachable_from_outside(services):
    assert [name for name, service in services.items() if service.get("ports")] == ["nginx"]
    assert set(services["db"]["networks"]) == {"database"}


def test_secrets_are_files_and_in_no_environment(services):
    for name, service in services.items():
        for value in service.get("environment", {}).values():
            assert value not in (SETTINGS["POSTGRES_PASSWORD"], SETTINGS["GIFTCARD_PEPPER"]), name
    assert {secret["source"] for secret in services["odoo"]["secrets"]} == {"db_password", "giftcard_pepper"}


def test_odoo_and_nginx_cannot_write_their_images(services):
    for name in ("odoo", "nginx"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]


@pytest.fixture
def certificates(tmp_path):
    """A self-signed certificate as a certification authority's client would lay it down."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cards.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return tmp_path


def rendered(services, **replaced):
    """The template as the nginx image's entrypoint renders it: only the variables of its filter are replaced."""
    environment = services["nginx"]["environment"] | replaced
    allowed = re.compile(environment["NGINX_ENVSUBST_FILTER"].replace("$$", "$"))
    template = (ROOT / "deploy/nginx/suite.conf.template").read_text()
    return re.sub(
        r"\$\{(\w+)\}",
        lambda match: environment[match[1]] if allowed.search(match[1]) else match[0],
        template,
    )


def test_nginx_accepts_the_rendered_configuration(services, certificates, tmp_path):
    site = tmp_path / "suite.conf"
    text = rendered(services, ODOO_HOST="127.0.0.1", CERTIFICATES=str(certificates))
    # `nginx -t` binds what it is told to listen on: ordinary users may not, and a server may be there.
    text, ports = re.subn(r"listen (80|443)\b", lambda _: f"listen 127.0.0.1:{harness.free_port()}", text)
    assert ports == 2
    site.write_text(text)
    for folder in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        (tmp_path / folder).mkdir()
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"pid {tmp_path}/nginx.pid;\nevents {{}}\nhttp {{\n  access_log off;\n"
        f"  client_body_temp_path {tmp_path}/body;\n  proxy_temp_path {tmp_path}/proxy;\n"
        f"  fastcgi_temp_path {tmp_path}/fastcgi;\n  uwsgi_temp_path {tmp_path}/uwsgi;\n"
        f"  scgi_temp_path {tmp_path}/scgi;\n  include {site};\n}}\n"
    )
    command = [*harness.deployment_program("nginx"), "-t", "-e", "stderr", "-p", str(tmp_path), "-c", str(main)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr, done.stderr


def test_websocket_goes_to_the_port_that_odoo_listens_on(services):
    site = rendered(services)
    conf = (ROOT / "odoo.conf").read_text()
    gevent_port = re.search(r"^gevent_port = (\d+)$", conf, re.M)[1]
    http_port = re.search(r"^http_port = (\d+)$", conf, re.M)[1]
    assert re.search(rf"upstream odoo_websocket {{\s*server odoo:{gevent_port};", site)
    assert re.search(rf"upstream odoo {{\s*server odoo:{http_port};", site)
    assert re.search(r"location /websocket {\s*proxy_pass http://odoo_websocket;", site)


def test_odoo_reads_its_configuration_and_environment():
    """Odoo's parser knows every option of odoo.conf but ours, and takes the rest from where compose puts it."""
    script = (
        "import json, sys\n"
        "from odoo.tools import config\n"
        "config.parse_config(['-c', sys.argv[1]])\n"
        "names = 'proxy_mode list_db admin_passwd workers gevent_port db_host db_name db_password'.split()\n"
        "print(json.dumps({name: config[name] for name in names}))\n"
    )
    variables = {
        "PGHOST": "db",
        "PGUSER": "odoo",
        "PGDATABASE": "giftcard",
        "PGPASSWORD": "secret",
        "ODOO_WORKERS": "9",
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(ROOT / "odoo.conf")],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "unknown option" not in done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "proxy_mode": True,
        "list_db": False,
        "admin_passwd": "",
        "workers": 9,
        "gevent_port": 8072,
        "db_host": "db",
        "db_name": ["giftcard"],
        "db_password": "secret",
    }


def run_entrypoint(tmp_path, **environment):
    """deploy/entrypoint.sh with the image's entrypoint and the secrets' folder replaced by ones of this test."""
    script = (ROOT / "deploy/entrypoint.sh").read_text()
    next_entrypoint = tmp_path / "entrypoint.sh"
    next_entrypoint.write_text('#!/bin/sh\necho "$PGPASSWORD|$GIFTCARD_PEPPER|$*"\n')
    next_entrypoint.chmod(0o755)
    script = script.replace("exec /entrypoint.sh", f"exec {next_entrypoint}").replace("/run/secrets", str(tmp_path))
    return subprocess.run(
        ["bash", "-c", script, "suite-entrypoint", "odoo"],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_entrypoint_takes_secrets_from_files(tmp_path):
    (tmp_path / "db_password").write_text("from a file")
    done = run_entrypoint(tmp_path, GIFTCARD_PEPPER="from the environment")
    assert done.stdout == "from a file|from the environment|odoo\n", done.stderr


def test_entrypoint_refuses_a_missing_or_empty_secret(tmp_path):
    (tmp_path / "db_password").write_text("x")
    missing = run_entrypoint(tmp_path)
    (tmp_path / "giftcard_pepper").write_text("")
    empty = run_entrypoint(tmp_path)
    assert missing.returncode and "giftcard_pepper" in missing.stderr
    assert empty.returncode and "giftcard_pepper" in empty.stderr


def test_image_installs_every_package_by_hash():
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    assert "--require-hashes -r /tmp/addons.txt" in dockerfile
    pins = (ROOT / "requirements/addons.txt").read_text()
    entries = [line for line in pins.splitlines() if re.match(r"[A-Za-z]", line)]
    assert entries and all("==" in line for line in entries)
