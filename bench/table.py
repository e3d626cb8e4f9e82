"""What bench/compare measures, and the table it writes."""

import dataclasses
import json
import os
import platform
import statistics


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of the table: a load, and the figure of the load tool's report it shows."""

    name: str
    label: str
    arguments: tuple
    key: str
    unit: str = ""
    lower_is_better: bool = False
    fresh: bool = False

    def value(self, report):
        """The figure, None if there is none: a server that delivers nothing cannot do it."""
        return None if report.get("received") == 0 else report.get(self.key)


BUSY = 0.9
PER_CPU = "receivedPerServerCpuSecond"
MEASURE = ("--warmup", "2", "--duration", "{seconds}")
CONNECTIONS = ("connections", "--connections", "10000", "--at-once", "64", "--settle", "3")
OPENED = CONNECTIONS + ("--ping", "60", "--duration", "1")
HELD = CONNECTIONS[:-1] + ("0", "--ping", "8", "--duration", "16")
MIXED = ("mixed", "--clients", "5000", "--rate", "2/client", "--warmup", "3", "--duration", "10")

LINES = {
    line.name: line
    for line in [
        Line(
            "1:1-qos0",
            "1:1, QoS 0, 50 pairs, 64 B: messages per server-CPU-second",
            ("1:1", "--pairs", "50", *MEASURE),
            PER_CPU,
        ),
        Line(
            "1:1-qos1",
            "1:1, QoS 1, 50 pairs, window 100: messages per server-CPU-second",
            ("1:1", "--pairs", "50", "--qos", "1", "--window", "100", *MEASURE),
            PER_CPU,
        ),
        Line(
            "fanout",
            "fan-out 1 to 1,000, QoS 0: deliveries per server-CPU-second",
            ("fanout", "--subscribers", "1000", "--window", "20", *MEASURE),
            PER_CPU,
        ),
        Line(
            "fanin",
            "fan-in 1,000 to 1, QoS 0: messages per server-CPU-second",
            ("fanin", "--publishers", "1000", "--subscribers", "1", "--window", "5", *MEASURE),
            PER_CPU,
        ),
        Line(
            "shared",
            "shared, 50 publishers, 10 members, QoS 1: messages per server-CPU-second",
            ("shared", "--publishers", "50", "--subscribers", "10", "--qos", "1")
            + ("--window", "20", *MEASURE),
            PER_CPU,
        ),
        Line(
            "mixed",
            "5,000 clients at 2/s each, QoS 0: messages per server-CPU-second",
            MIXED,
            PER_CPU,
        ),
        Line("mixed-p50", "... latency p50", MIXED, "latencyP50Us", "us", True),
        Line("mixed-p99", "... latency p99", MIXED, "latencyP99Us", "us", True),
        Line(
            "connects",
            "connects per second, 64 at once, the first 10,000 of the process",
            OPENED,
            "connectsPerSecond",
            fresh=True,
        ),
        Line("connects2", "... the second 10,000", HELD, "connectsPerSecond", fresh=True),
        Line(
            "memory",
            "resident memory per idle connection, of 10,000",
            OPENED,
            "bytesPerConnection",
            "B",
            True,
            True,
        ),
        Line(
            "slope",
            "... of the second 5,000",
            OPENED,
            "bytesPerConnectionSecondHalf",
            "B",
            True,
            True,
        ),
        Line(
            "idle-cpu",
            "CPU for 10,000 idle clients that ping every 8 s, of a core",
            HELD,
            "serverCpuShare",
            "%",
            True,
            True,
        ),
        Line("start", "start to the first CONNACK", (), "startMs", "ms", True, True),
    ]
}

# a few clients, so that what a server needs once is not counted as the connections' memory
FIRST_CLIENTS = ("connections", "--connections", "200", "--settle", "0", "--duration", "1")


def warm_up(seconds):
    """The loads that warm every server up, Java or not."""
    times = ("--warmup", "0", "--duration", str(seconds))
    return [
        ("1:1", "--pairs", "50", *times),
        ("1:1", "--pairs", "50", "--qos", "1", *times),
    ]


def amount(value, unit):
    """A figure as people read it."""
    if value is None:
        return "-"
    if unit == "us":
        return f"{value / 1000:.2f} ms"
    if unit == "%":
        return f"{value:.1f} %"
    text = f"{value:,.0f}" if abs(value) < 10_000 else f"{value / 1000:,.0f}k"
    return f"{text} {unit}".strip()


def values(results, line, server):
    reports = results.get(line.name, {}).get(server, [])
    return [line.value(report) for report in reports if line.value(report) is not None]


def cell(results, line, server):
    found = values(results, line, server)
    if not found:
        return "-"
    text = amount(statistics.median(found), line.unit)
    if len(found) > 1:
        text += f" ({amount(min(found), line.unit)} to {amount(max(found), line.unit)})"
    reports = results[line.name][server]
    if line.key == PER_CPU and any(report.get("clientCores", 0) > BUSY for report in reports):
        text += " +"
    return text if all(report.get("ok") for report in reports) else text + " *"


def ratio(results, line, servers):
    """How far Herald is ahead of the best of some servers; more than 1 is ahead."""
    own = values(results, line, "Herald")
    medians = [
        (statistics.median(found), server.name)
        for server in servers
        if server.name != "Herald" and (found := values(results, line, server.name))
    ]
    if not own or not medians:
        return "-"
    mine = statistics.median(own)
    best, name = min(medians) if line.lower_is_better else max(medians)
    over, under = (best, mine) if line.lower_is_better else (mine, best)
    return f"{over / under:.2f} ({name})" if under > 0 and over > 0 else "-"


def faults(results, lines):
    """What went wrong, each once."""
    found = {}
    for line in lines:
        for server, reports in results.get(line.name, {}).items():
            for report in reports:
                for fault in report.get("faults", []):
                    found.setdefault((server, fault), line.name)
    return [f"- {server}, {line}: {fault}" for (server, fault), line in found.items()]


def others(results):
    """How much other processes used in the worst run, in cores."""
    reports = [each for of in results.values() for runs in of.values() for each in runs]
    return max((report.get("otherCores", 0) for report in reports), default=0)


def markdown(options, servers, results, date):
    lines = [LINES[name] for name in options.lines]
    heads = [f"{server.name} {server.version()}" for server in servers]
    out = [
        f"{date}, {processor()}, Linux {platform.release()}. Medians of {options.runs} rounds in"
        " turns (range); server on one core, load tool on another; MQTT 3.1.1 (all speak it)."
        f" Java servers, as all, warmed up by 2 x {options.warmup_seconds} s of 1:1 before the"
        " messages; connections, memory and start on a fresh process."
        f" Other processes used {others(results):.2f} cores at most.",
        "",
        "| | " + " | ".join(heads) + " | to the best peer | to the best Java peer |",
        "| --- |" + " --- |" * (len(heads) + 2),
    ]
    java = [server for server in servers if server.java]
    for line in lines:
        cells = [cell(results, line, server.name) for server in servers]
        ratios = [ratio(results, line, servers), ratio(results, line, java)]
        out.append("| " + " | ".join([line.label, *cells, *ratios]) + " |")
    out += ["", "A ratio above 1 means that Herald is ahead. Marked +: the load tool was busy all the"]
    out += ["time, and the server could have done more in a second.", "", "Settings:", ""]
    out += [f"- {server.name}: {server.settings()}" for server in servers]
    wrong = faults(results, lines)
    if wrong:
        out += ["", "Marked * in some round:", "", *wrong]
    return "\n".join(out) + "\n"


def processor():
    with open("/proc/cpuinfo") as info:
        names = [row.split(":", 1)[1].strip() for row in info if row.startswith("model name")]
    return f"{os.cpu_count()} cores of {names[0] if names else platform.machine()}"


def write(options, servers, results, date):
    """Writes the table as Markdown and every report as JSON; returns the Markdown."""
    text = markdown(options, servers, results, date)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "compare.md").write_text(text)
    everything = {
        "date": date,
        "versions": {server.name: server.version() for server in servers},
        "runs": options.runs,
        "seconds": options.seconds,
        "results": results,
    }
    (options.out / "compare.json").write_text(json.dumps(everything, indent=1) + "\n")
    return text
