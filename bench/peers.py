"""The servers that bench/compare runs: how each is fetched, started, and what its settings are.

Nothing is installed: packages are unpacked in a folder of the cache, and a server runs there as the
user who called. Each server listens on loopback only, keeps nothing beyond its run where it allows
that, and has the settings it comes with, except those named here, which open limits that would
otherwise make it drop messages.
"""

import os
import pathlib
import re
import socket
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "herald-peers"

DEBIAN = "http://deb.debian.org/debian"
DEBIAN_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEBIAN_SUITES = ["sid", "trixie", "bookworm"]
HIVEMQ_VERSION = "2025.5"
MOQUETTE_VERSION = "0.17"

NO_DEPENDENCY_KINDS = [
    "--no-" + kind
    for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
]


class Missing(Exception):
    """A server cannot be had here; the text says why."""


def run(command, **options):
    """Runs a command to its end; returns what it printed. Raises Missing with its errors."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Missing(f"{' '.join(map(str, command[:3]))}: {(done.stderr or done.stdout)[-500:]}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def jdk():
    """The JDK that Herald runs on; the Java peers get the same."""
    return pathlib.Path(run(["sh", "-c", ". tools/jdk.sh; find_jdk"], cwd=ROOT).strip())


# ---- fetching


def debian(package, executable):
    """Unpacks a Debian package with its libraries, of the newest suite it can be had from.

    The libraries include the C library, so that a package of a newer Debian runs on an older one.
    apt-get works with lists and settings of its own; the system's are not touched.
    """
    reasons = []
    for suite in DEBIAN_SUITES:
        root = CACHE / f"{package}-{suite}"
        program = root / "root" / executable
        try:
            if not program.exists():
                unpack(package, suite, root)
            if program.exists():
                return root / "root", program
            reasons.append(f"{suite}: no {executable} in it")
        except Missing as missing:
            reasons.append(f"{suite}: {missing}")
    raise Missing("; ".join(reasons))


def unpack(package, suite, root):
    print(f"fetching {package} of Debian {suite} ...", flush=True)
    for folder in ("lists/partial", "cache/archives/partial", "debs", "root"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "status").touch()
    signed = f"[signed-by={DEBIAN_KEYS}] " if os.path.exists(DEBIAN_KEYS) else ""
    (root / "sources.list").write_text(f"deb {signed}{DEBIAN} {suite} main\n")
    (root / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{root}/sources.list";\n'
        'Dir::Etc::sourceparts "/dev/null";\n'
        f'Dir::State::lists "{root}/lists";\n'
        f'Dir::State::status "{root}/status";\n'
        f'Dir::Cache "{root}/cache";\n'
        'Acquire::Languages "none";\n'
        'APT::Sandbox::User "";\n'
    )
    env = dict(os.environ, APT_CONFIG=str(root / "apt.conf"))
    run(["apt-get", "update"], env=env)
    needs = run(
        ["apt-cache", "depends", "--recurse", "-i", *NO_DEPENDENCY_KINDS, package], env=env
    )
    libraries = [name for name in needs.split("\n") if re.match(r"lib[a-z0-9]", name)]
    run(["apt-get", "download", package, *libraries], env=env, cwd=root / "debs")
    for deb in sorted((root / "debs").glob("*.deb")):
        run(["dpkg-deb", "-x", deb, root / "root"])
    for folder in (root / "root").glob("**/x86_64-linux-gnu"):
        subprocess.run(["/sbin/ldconfig", "-n", folder], check=False, capture_output=True)


def maven(group, artifact, version):
    """Fetches an artifact of Maven Central with what it needs; returns its class path."""
    folder = CACHE / f"{artifact}-{version}"
    jars = folder / "lib"
    if not (jars / f"{artifact}-{version}.jar").exists():
        print(f"fetching {artifact} {version} ...", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pom.xml").write_text(
            "<project><modelVersion>4.0.0</modelVersion><groupId>peer</groupId>"
            "<artifactId>peer</artifactId><version>1</version><dependencies><dependency>"
            f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
            f"<version>{version}</version></dependency></dependencies></project>"
        )
        plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies"
        run(["mvn", "-q", "-B", plugin, f"-DoutputDirectory={jars}"], cwd=folder)
    return f"{jars}/*"


# ---- servers


class Herald:
    name = "Herald"
    java = True

    def fetch(self):
        """Builds what is not built."""
        self.version()

    def version(self):
        return run([ROOT / "bin/herald", "version"]).split("\n")[0].split()[1]

    def settings(self):
        return "as it comes"

    def command(self, port, data):
        values = {"data": data, "bind": "127.0.0.1", "mqtt.port": port, "ws.port": 0, "http.port": 0}
        sets = [f"--set={key}={value}" for key, value in values.items()]
        return [ROOT / "bin/herald", "standalone", *sets]


class Mosquitto:
    name = "Mosquitto"
    java = False

    def fetch(self):
        self.root, self.program = debian("mosquitto", "usr/sbin/mosquitto")
        self.version()

    def start(self):
        loader = next(self.root.glob("**/ld-linux-*.so.2"))
        libraries = next(self.root.glob("usr/lib/*-linux-gnu"))
        return [loader, "--library-path", libraries, self.program]

    def version(self):
        done = subprocess.run([*self.start(), "-h"], capture_output=True, text=True)
        found = re.search(r"version ([0-9.]+)", done.stdout + done.stderr)
        if not found:
            raise Missing(f"does not run here: {(done.stdout + done.stderr)[:300]}")
        return found.group(1)

    def settings(self):
        return (
            "`persistence false`, `set_tcp_nodelay true`, `max_inflight_messages 0`,"
            " `max_queued_messages 0`, `log_type error`"
        )

    def command(self, port, data):
        conf = data / "mosquitto.conf"
        conf.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
            "set_tcp_nodelay true\nmax_inflight_messages 0\nmax_queued_messages 0\n"
            "log_dest stderr\nlog_type error\n"
        )
        return [*self.start(), "-c", conf]


class Nats:
    name = "NATS"
    java = False

    def fetch(self):
        self.root, self.program = debian("nats-server", "usr/sbin/nats-server")
        self.version()

    def version(self):
        return run([self.program, "--version"]).split("v")[-1].strip()

    def settings(self):
        return "JetStream in a folder that is thrown away, as its MQTT needs it"

    def command(self, port, data):
        conf = data / "nats.conf"
        conf.write_text(
            f'server_name: bench\nlisten: "127.0.0.1:{free_port()}"\n'
            f'jetstream {{ store_dir: "{data}/jetstream" }}\n'
            f'mqtt {{ listen: "127.0.0.1:{port}" }}\n'
        )
        return [self.program, "-c", conf]


class HiveMq:
    name = "HiveMQ CE"
    java = True

    MAIN = """
public class PeerHiveMq {
  public static void main(String[] args) throws Exception {
    com.hivemq.configuration.service.InternalConfigurations
        .AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(false);
    com.hivemq.HiveMQServer.main(args);
  }
}
"""
    OPENS = [
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
        "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
    ]

    def fetch(self):
        artifact = "hivemq-community-edition-embedded"
        self.classpath = maven("com.hivemq", artifact, HIVEMQ_VERSION)
        folder = CACHE / f"{artifact}-{HIVEMQ_VERSION}"
        if not (folder / "PeerHiveMq.class").exists():
            (folder / "PeerHiveMq.java").write_text(self.MAIN)
            run([jdk() / "bin/javac", "-cp", self.classpath, "-d", folder, folder / "PeerHiveMq.java"])
        self.classpath += f":{folder}"

    def version(self):
        return HIVEMQ_VERSION

    def settings(self):
        return (
            "persistence in memory, all clients admitted, no usage statistics,"
            " `max-queue-size 100000`"
        )

    def command(self, port, data):
        for folder in ("conf", "data", "log", "extensions"):
            (data / folder).mkdir()
        (data / "conf/config.xml").write_text(
            "<hivemq><listeners><tcp-listener>"
            f"<port>{port}</port><bind-address>127.0.0.1</bind-address>"
            "</tcp-listener></listeners>"
            "<mqtt><queued-messages><max-queue-size>100000</max-queue-size></queued-messages></mqtt>"
            "<persistence><mode>in-memory</mode></persistence>"
            "<anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>"
            "</hivemq>"
        )
        return [
            jdk() / "bin/java",
            *self.OPENS,
            "-Djava.net.preferIPv4Stack=true",
            f"-Dhivemq.home={data}",
            "-cp",
            self.classpath,
            "PeerHiveMq",
        ]


class Moquette:
    name = "Moquette"
    java = True

    def fetch(self):
        self.classpath = maven("io.moquette", "moquette-broker", MOQUETTE_VERSION)

    def version(self):
        return MOQUETTE_VERSION

    def settings(self):
        return "persistence and telemetry off, `netty.epoll true`, `session_queue_size 100000`"

    def command(self, port, data):
        (data / "config").mkdir()
        (data / "config/moquette.conf").write_text(
            f"port {port}\nhost 127.0.0.1\nallow_anonymous true\npersistence_enabled false\n"
            f"data_path {data}/\ntelemetry_enabled false\nnetty.epoll true\n"
            "session_queue_size 100000\n"
        )
        (data / "log4j.properties").write_text("log4j.rootLogger=OFF\n")
        return [
            jdk() / "bin/java",
            f"-Dmoquette.path={data}",
            f"-Dlog4j.configuration=file:{data}/log4j.properties",
            "-cp",
            self.classpath,
            "io.moquette.broker.Server",
        ]


ALL = {
    "herald": Herald,
    "mosquitto": Mosquitto,
    "nats": Nats,
    "hivemq": HiveMq,
    "moquette": Moquette,
}
