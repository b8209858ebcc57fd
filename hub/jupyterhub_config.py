"""A JupyterHub for one room: `make hub`. What can be set is in hub/README.md."""

import os
import secrets
import sys
from pathlib import Path

from jupyterhub.utils import url_path_join
from traitlets.config import get_config

c = get_config()

FOLDER = Path(os.environ.get("ROOM_FOLDER") or "build/hub").resolve()
ADDRESS = os.environ.get("ROOM_ADDRESS") or "127.0.0.1"
PORT = int(os.environ.get("ROOM_PORT") or 8000)
MEMORY = os.environ.get("ROOM_MEMORY") or "1G"
IDLE = int(os.environ.get("ROOM_IDLE_MINUTES") or 60)
PASSWORD = os.environ.get("ROOM_PASSWORD") or secrets.token_hex(5)
TEACHER = "teacher"
TEACHER_PASSWORD = os.environ.get("ROOM_TEACHER_PASSWORD") or secrets.token_hex(16)

FOLDER.mkdir(parents=True, exist_ok=True, mode=0o700)

c.JupyterHub.bind_url = f"http://{ADDRESS}:{PORT}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{PORT + 1}"
c.JupyterHub.db_url = f"sqlite:///{FOLDER / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(FOLDER / "cookie_secret")
c.JupyterHub.log_level = "WARN"
c.ConfigurableHTTPProxy.command = [str(Path(sys.executable).with_name("configurable-http-proxy"))]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PORT + 2}"
c.ConfigurableHTTPProxy.pid_file = str(FOLDER / "proxy.pid")

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = PASSWORD
c.SharedPasswordAuthenticator.admin_password = TEACHER_PASSWORD
c.Authenticator.admin_users = {TEACHER}
c.Authenticator.allow_all = True
c.Authenticator.username_pattern = r"[a-z0-9][a-z0-9-]{0,31}"  # becomes a folder's name

c.JupyterHub.spawner_class = "hub.room.RoomSpawner"
c.RoomSpawner.home_dir_template = str(FOLDER / "{username}")
c.RoomSpawner.cmd = [str(Path(sys.executable).with_name("jupyterhub-singleuser"))]
c.RoomSpawner.args = ["--allow-root"] if hasattr(os, "getuid") and os.getuid() == 0 else []
c.RoomSpawner.ip = "127.0.0.1"
c.RoomSpawner.default_url = "/lab/tree/my-notebooks/00_start_here.ipynb"
c.RoomSpawner.mem_limit = MEMORY
c.RoomSpawner.poll_interval = 5
c.RoomSpawner.start_timeout = 300
c.RoomSpawner.http_timeout = 300
c.JupyterHub.concurrent_spawn_limit = 60  # the whole room comes at once

CULLER = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
c.JupyterHub.load_roles = [{"name": "culler", "scopes": CULLER, "services": ["culler"]}]
c.JupyterHub.services = [
    {
        "name": "culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={60 * IDLE}"],
    }
]
if token := os.environ.get("ROOM_API_TOKEN"):  # for programs of the teacher's, and the tests
    c.JupyterHub.services.append({"name": "room", "api_token": token})
    scopes = ["admin:users", "admin:servers", "access:servers"]
    c.JupyterHub.load_roles.append({"name": "room", "scopes": scopes, "services": ["room"]})

print(f"The room is at {url_path_join(c.JupyterHub.bind_url, '/')}, each learner under a name")
print(
    f"they choose, with the password {PASSWORD}; you are {TEACHER}: {TEACHER_PASSWORD}", flush=True
)
