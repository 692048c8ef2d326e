"""A real WordPress on PHP's own web server and a private MariaDB, from Debian's packages."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from tests.servers.ports import free_port, wait_until
from tests.servers.requirements import find_program

WORDPRESS = "/usr/share/wordpress"
NEEDS = ("php", "mariadbd", "mariadb-install-db", f"{WORDPRESS}/wp-load.php")

CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:%(socket)s'); define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '%(url)s'); define('WP_SITEURL', '%(url)s');
define('WP_ENVIRONMENT_TYPE', 'local'); define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true); define('WP_DEBUG', false);
define('AUTOMATIC_UPDATER_DISABLED', true);
foreach (['AUTH','SECURE_AUTH','LOGGED_IN','NONCE'] as $k) {
  define($k.'_KEY', 'test-key-'.$k); define($k.'_SALT', 'test-salt-'.$k);
}
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__.'/');
require_once ABSPATH.'wp-settings.php';
"""

ROUTER = """<?php
$path = __DIR__.parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (is_file($path)) return false;
$_SERVER['SCRIPT_NAME'] = '/index.php';
require __DIR__.'/index.php';
"""

INSTALL = """<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '127.0.0.1'; $_SERVER['REQUEST_URI'] = '/';
function wp_mail() { return true; }
mysqli_connect('localhost', 'root', '', '', 0, '%(socket)s')->query(
  'CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4');
require __DIR__.'/wp-load.php';
require ABSPATH.'wp-admin/includes/upgrade.php';
wp_install('Ромашка', 'desk', 'desk@shop.example', true, '', 'not-used-in-tests');
update_option('comment_previously_approved', 0);
update_option('comments_notify', 0);
update_option('moderation_notify', 0);
$user = get_user_by('login', 'desk');
wp_set_current_user($user->ID);
foreach (get_comments() as $comment) wp_delete_comment($comment->comment_ID, true);
list($password) = WP_Application_Passwords::create_new_application_password(
  $user->ID, ['name' => 'otklik']);
echo json_encode(['password' => $password, 'user_id' => $user->ID]);
"""


OPTION = """<?php
$_SERVER['HTTP_HOST'] = '127.0.0.1'; $_SERVER['REQUEST_URI'] = '/';
require __DIR__.'/wp-load.php';
update_option($argv[1], $argv[2]);
$wp_rewrite->init();
flush_rewrite_rules();
"""


class WordPressServer:
    """WordPress on a free port of 127.0.0.1; everything it writes lies in a temporary folder.

    Attributes:
        user, password, user_id: our account, an administrator, with an application password.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="wp-"))
        self.folder.chmod(0o755)
        self.user, self.password, self.user_id = "desk", "", 0
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        """Base URL without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """What ids of this server begin with."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Start the database, install WordPress, start PHP; about ten seconds."""
        self._start_database()
        site = self.folder / "site"
        ignore = shutil.ignore_patterns("wp-config.php", ".htaccess")
        shutil.copytree(WORDPRESS, site, ignore=ignore, ignore_dangling_symlinks=True)
        values = {"socket": self._socket, "url": self.url}
        (site / "wp-config.php").write_text(CONFIG % values, encoding="utf-8")
        (site / "router.php").write_text(ROUTER, encoding="utf-8")
        (site / "install.php").write_text(INSTALL % values, encoding="utf-8")
        told = subprocess.run(
            [_program("php"), str(site / "install.php")],
            check=True,
            capture_output=True,
            timeout=120,
        ).stdout
        account = json.loads(told[told.rindex(b"{") :])
        self.password, self.user_id = account["password"], int(account["user_id"])
        self._spawn(
            "php", "-S", f"127.0.0.1:{self.port}", "-t", str(site), str(site / "router.php")
        )
        wait_until(self._answers, seconds=60, what="WordPress", log=lambda: self._log("php"))
        return self

    def close(self) -> None:
        """End PHP and the database and remove everything."""
        for process in reversed(self._processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_post(self, title: str = "Пост", kind: str = "posts") -> int:
        """Publish a post, or with `kind="pages"` a page; gives its number."""
        fields = {"title": title, "content": "…", "status": "publish", "comment_status": "open"}
        return int(self.call("POST", f"/wp/v2/{kind}", fields)["id"])

    def set_post(self, number: int, **fields: Any) -> None:
        """Change a post, e.g. `comment_status="closed"`."""
        self.call("POST", f"/wp/v2/posts/{number}", fields)

    def add_comment(
        self,
        text: str,
        *,
        post: int,
        author: str = "Гость",
        email: str = "guest@example.org",
        parent: int = 0,
        **fields: Any,
    ) -> int:
        """Write as a visitor would (`text` is HTML there); gives the comment's number.

        `fields` go to the API as they are: `date_gmt`, `status`, …
        """
        body = {"post": post, "content": text, "parent": parent, **fields}
        body |= {"author_name": author, "author_email": email}
        return int(self.call("POST", "/wp/v2/comments", body)["id"])

    def edit(self, number: int, text: str) -> None:
        """Change a comment."""
        self.call("POST", f"/wp/v2/comments/{number}", {"content": text})

    def set_status(self, number: int, status: str) -> None:
        """`approved`, `hold`, `spam` or `trash`."""
        self.call("POST", f"/wp/v2/comments/{number}", {"status": status})

    def delete(self, number: int) -> None:
        """Delete a comment for good."""
        self.call("DELETE", f"/wp/v2/comments/{number}", query={"force": "1"})

    def list(self, post: int) -> Rows:
        """Comments of a post as the public sees them, in order of number."""
        query = {"post": str(post), "per_page": "100", "orderby": "id", "order": "asc"}
        rows: Rows = self.call("GET", "/wp/v2/comments", query=query, as_admin=False)
        return rows

    def clear(self) -> None:
        """Remove all comments and posts."""
        for status in ("all", "trash", "spam"):
            for row in self.call(
                "GET", "/wp/v2/comments", query={"status": status, "per_page": "100"}
            ):
                self.delete(row["id"])
        for kind in ("posts", "pages"):
            for row in self.call("GET", f"/wp/v2/{kind}", query={"per_page": "100"}):
                self.call("DELETE", f"/wp/v2/{kind}/{row['id']}", query={"force": "1"})

    def set_option(self, name: str, value: str) -> None:
        """Set an option of the site and renew its addresses, as an administrator would."""
        script = self.folder / "site" / "set_option.php"
        script.write_text(OPTION, encoding="utf-8")
        subprocess.run([_program("php"), str(script), name, value], check=True, timeout=60)

    def call(
        self,
        method: str,
        route: str,
        body: Any = None,
        *,
        query: dict[str, str] | None = None,
        as_admin: bool = True,
    ) -> Any:
        """One REST call; gives the parsed answer."""
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(
            f"{self.url}/?{urlencode({'rest_route': route, **(query or {})})}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={**headers, "Authorization": f"Basic {token}"} if as_admin else headers,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    @property
    def _socket(self) -> str:
        return str(self.folder / "db" / "mariadb.sock")

    def _start_database(self) -> None:
        home = self.folder / "db"
        home.mkdir()
        as_user = []
        if os.geteuid() == 0:
            shutil.chown(home, "mysql")
            as_user = ["--user=mysql"]
        subprocess.run(
            [
                _program("mariadb-install-db"),
                "--no-defaults",
                *as_user,
                f"--datadir={home}/data",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        self._spawn(
            "mariadbd",
            "--no-defaults",
            *as_user,
            f"--datadir={home}/data",
            f"--socket={self._socket}",
            f"--pid-file={home}/pid",
            "--skip-networking",
            "--innodb-flush-log-at-trx-commit=0",
        )
        wait_until(
            Path(self._socket).exists,
            seconds=60,
            what="MariaDB",
            log=lambda: self._log("mariadbd"),
        )

    def _spawn(self, program: str, *arguments: str) -> None:
        with (self.folder / f"{program}.log").open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    [_program(program), *arguments],
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def _answers(self) -> bool:
        try:
            self.call("GET", "/wp/v2/comments")
        except (urllib.error.URLError, OSError, ValueError):
            return False
        return True

    def _log(self, program: str) -> str:
        path = self.folder / f"{program}.log"
        return path.read_text(encoding="utf-8", errors="replace")[-2000:]


Rows = list[Any]


def _program(name: str) -> str:
    found = find_program(name)
    if found is None:
        raise FileNotFoundError(name)
    return found
