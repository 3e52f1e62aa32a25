"""What travels: sizes, requests, times, CPU and memory of publishing and fetching 3,600 articles. One line of JSON.

The prose is a chain of words learned from the demo city's own articles, with one word in four drawn freely, so that it packs
to about a fifth: real descriptions of human services (1.7 MB of Miami's) pack to .19, so the sizes here are on the high side.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import structs

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from helpers.paced_proxy import paced_proxy  # noqa: E402 - the tests' servers
from helpers.static_origin import Origin, static_origin  # noqa: E402
from taker311.authoring import publish as publishing  # noqa: E402
from taker311.authoring.publish import publish  # noqa: E402
from taker311.authoring.publish_keys import KeyFolder  # noqa: E402
from taker311.authoring.publish_repo import Repo  # noqa: E402
from taker311.authoring.source import read_source  # noqa: E402
from taker311.base.codec import pack  # noqa: E402
from taker311.base.ids import SeededIds  # noqa: E402
from taker311.knowledge.bundle import Bundle, Notices, Text, encode_bundle  # noqa: E402
from taker311.knowledge.model import Bulletin, Gazetteer, Knowledge, Topic, TopicText  # noqa: E402
from taker311.knowledge.parts import join_parts  # noqa: E402
from taker311.sync.fingerprint import fingerprint_of, in_hex  # noqa: E402
from taker311.sync.patch import pack_own  # noqa: E402
from taker311.sync.schedule import URGENT_S, Schedule  # noqa: E402

ARTICLES, WORDS = 3_600, 250
MODEM = 56_000 / 8
ROUND_TRIP_S = 0.2
DESKS = 500


# ---------------------------------------------------------------- a made city
class Prose:
    def __init__(self, seed: int) -> None:
        files = sorted((ROOT / "kb_cache" / "port-ellery" / "topics").rglob("*.md"))
        text = " ".join(p.read_text(encoding="utf-8").split("---", 2)[2] for p in files if ".es." not in p.name)
        self._words = re.sub(r"[#*{}]|phone:", " ", text).split()
        self._next: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one, two, three in zip(self._words, self._words[1:], self._words[2:], strict=False):
            self._next[one, two].append(three)
        self._chance = random.Random(seed)

    def write(self, words: int) -> str:
        found = [self._chance.choice(self._words), self._chance.choice(self._words)]
        while len(found) < words:
            free = self._chance.random() < 0.25
            known = self._next.get((found[-2], found[-1]))
            found.append(self._chance.choice(self._words if free or not known else known))
        return " ".join(found)

    def article(self, number: int) -> Topic:
        said = tuple(self.write(5) for _ in range(8))
        text = TopicText(self.write(4), said=said, say=self.write(20), details=self.write(WORDS - 64))
        return Topic(f"topic-{number:04}", "my-street", "streets", {"en": text}, owner="streets desk", reviewed=date(2026, 10, 2))  # fmt: skip


def made_city() -> Knowledge:
    source = read_source(ROOT / "kb_cache" / "port-ellery")
    assert source.knowledge is not None
    prose = Prose(1)
    topics = tuple(prose.article(number) for number in range(ARTICLES))
    return structs.replace(source.knowledge, topics=topics, bulletins=source.knowledge.bulletins[:3])


def rewritten(knowledge: Knowledge, share: float) -> Knowledge:
    prose, chance = Prose(2), random.Random(3)
    chosen = set(chance.sample(range(ARTICLES), round(ARTICLES * share)))
    topics = tuple(prose.article(n) if n in chosen else topic for n, topic in enumerate(knowledge.topics))
    return structs.replace(knowledge, topics=topics)


def edited(knowledge: Knowledge, share: float) -> Knowledge:
    """One sentence of each chosen article is another."""
    prose, chance = Prose(4), random.Random(5)
    topics = list(knowledge.topics)
    for number in chance.sample(range(ARTICLES), round(ARTICLES * share)):
        text = topics[number].texts["en"]
        words = text.details.split()
        at = chance.randrange(len(words) - 15)
        details = " ".join([*words[:at], prose.write(12), *words[at + 12 :]])
        topics[number] = structs.replace(topics[number], texts={"en": structs.replace(text, details=details)})
    return structs.replace(knowledge, topics=tuple(topics))


def with_bulletin(knowledge: Knowledge) -> Knowledge:
    say = "The Harbor tunnel is closed until Friday noon because of flooding. Drivers use the North Bridge; buses 4 and 11 turn at Mill Square."
    news = Bulletin("tunnel", {"en": "Harbor tunnel closed"}, {"en": say}, valid_to=date(2026, 11, 27), urgent=True)
    return structs.replace(knowledge, bulletins=(*knowledge.bulletins, news))


# ---------------------------------------------------------------- a desk, as a program of its own
CHILD = """
import json, resource, sys, time
from pathlib import Path
from taker311.base.clock import SystemClock
from taker311.base.ids import SystemIds
from taker311.net.http import Http
from taker311.sync.desk import Syncer
import taker311.sync.trust, httpx
folder, url, mark = sys.argv[1:]
def memory(name):
    line = next(line for line in open("/proc/self/status") if line.startswith(name))
    return int(line.split()[1]) / 1024
idle = memory("VmRSS")
before = resource.getrusage(resource.RUSAGE_SELF)
desk = Syncer(Path(folder), url, mark, Http("taker311/bench"), SystemClock(), SystemIds())
start = time.perf_counter()
result = desk.step()
wall = time.perf_counter() - start
after = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"kind": result.kind, "sentence": result.sentence, "wall_s": round(wall, 3),
  "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 3),
  "peak_mib": round(memory("VmHWM"), 1), "over_idle_mib": round(memory("VmHWM") - idle, 1)}))
"""


def look(folder: Path, url: str, mark: str, origin: Origin) -> dict[str, object]:
    origin.forget()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", CHILD, str(folder), url, mark], capture_output=True, text=True, env=environment, check=True)  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout)
    assert found["kind"] != "failed", found
    total = origin.bytes_in + origin.bytes_out
    found.update(requests=len(origin.asked), http_bytes=total)
    found["at_56k_s_computed"] = round(total / MODEM + len(origin.asked) * 2 * ROUND_TRIP_S, 1)
    del found["sentence"]
    return found


def fleet() -> dict[str, object]:
    """500 desks in virtual time, on a static origin and on a hub that holds requests."""
    import heapq

    told: dict[str, object] = {}
    for name, waits, urgent_s in (
        ("static", False, URGENT_S),
        ("static_urgent_poll_off", False, 0.0),
        ("hub", True, URGENT_S),
    ):
        delays: list[float] = []
        peak = looks = 0
        for seed in range(5):
            desks = [Schedule(SeededIds(seed * DESKS + number), urgent_s) for number in range(DESKS)]
            published, after = 7200.0, {}
            seconds: Counter[int] = Counter()
            queue = [(desk.first(), number) for number, desk in enumerate(desks)]
            heapq.heapify(queue)
            while queue:
                now, number = heapq.heappop(queue)
                if now > 3 * 3600:
                    continue
                if now > 3600:
                    seconds[int(now)] += 1
                    looks += 1
                held = min(50.0, max(0.5, published - now)) if waits and now < published else 50.0 if waits else 0.0
                if now + held >= published:
                    after.setdefault(number, now + (held if now < published else 0.0) - published)
                rest = desks[number].after(failed=False, waited=waits, urgent=False)
                heapq.heappush(queue, (now + held + rest, number))
            delays += after.values()
            peak = max(peak, *seconds.values())
        delays.sort()
        told[name] = {f"p{share}_s": round(delays[int(len(delays) * share / 100)], 1) for share in (50, 90, 99)} | {
            "slowest_s": round(delays[-1], 1),
            "peak_requests_a_second": peak,
            "looks_a_desk_and_day": round(looks / (5 * DESKS * 2) * 24),
        }
    return told


def main() -> None:
    city = made_city()
    raw = {
        t.id: len(t.texts["en"].say) + len(t.texts["en"].details) + sum(map(len, t.texts["en"].said))
        for t in city.topics
    }
    told: dict[str, object] = {"articles": ARTICLES, "article_bytes_mean": round(sum(raw.values()) / ARTICLES)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repo, keys = Repo(folder / "repo"), KeyFolder(folder / "keys", "")
        mark = in_hex(fingerprint_of(keys.init(datetime.now(UTC))))
        steps = {
            "first_load": city,
            "unchanged_poll": None,
            "bulletin_only": with_bulletin(city),
            "edited_1_percent": edited(with_bulletin(city), 0.01),
            "rewritten_1_percent": rewritten(edited(with_bulletin(city), 0.01), 0.01),
        }
        with static_origin(repo.folder) as origin:
            for step, knowledge in steps.items():
                figures: dict[str, object] = {}
                if knowledge is not None:
                    start, cpu = time.perf_counter(), time.process_time()
                    data = encode_bundle(knowledge, Gazetteer())
                    built = time.perf_counter()
                    done = publish(data, repo, keys, datetime.now(UTC))
                    figures["build_s"] = round(built - start, 2)
                    figures["publish_s"] = round(time.perf_counter() - built, 2)
                    figures["publisher_cpu_s"] = round(time.process_time() - cpu, 2)
                    figures["delta_bytes"] = done.delta_bytes
                    if step == "first_load":
                        bundle = Bundle.from_bytes(data)
                        told["raw_bytes"] = {part: len(bundle.raw_bytes(part)) for part in done.sizes}
                        told["packed_bytes"] = done.sizes
                told[step] = figures | look(folder / "desk", origin.url, mark, origin)
            told["measured_at_56k"] = through_the_modem(folder, origin, mark, repo, keys, steps["rewritten_1_percent"])
        told["publish_with_30_versions"] = many_versions(repo, keys, city)
    told["fleet_of_500"] = fleet()
    told["publisher_peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(told))


def through_the_modem(
    folder: Path, origin: Origin, mark: str, repo: Repo, keys: KeyFolder, knowledge: Knowledge | None
) -> dict[str, object]:
    """The computed time against a real one, through a proxy of that pace, for another rewritten percent."""
    assert knowledge is not None
    publish(encode_bundle(edited(knowledge, 0.02), Gazetteer()), repo, keys, datetime.now(UTC))
    with paced_proxy(origin.url, bytes_per_s=MODEM, delay_s=ROUND_TRIP_S) as slow:
        return look(folder / "desk", slow, mark, origin)


def many_versions(repo: Repo, keys: KeyFolder, city: Knowledge) -> dict[str, float]:
    """What publishing costs when 30 earlier versions each want a delta; those are published without deltas."""
    for number in range(31):
        last = number == 30
        publishing.VERSIONS, publishing.TIGHT = (30, 19) if last else (1, 3)
        text = structs.replace(city.topics[number].texts["en"], title=f"Changed {number}")
        topic = structs.replace(city.topics[number], texts={"en": text})
        city = structs.replace(city, topics=(*city.topics[:number], topic, *city.topics[number + 1 :]))
        raw = {part: pack(value) for part, value in (("text", Text(city.city, city.agencies, city.topics, city.scripts)), ("bulletins", Notices(city.bulletins, city.rumours)))}  # fmt: skip
        data = join_parts({part: (len(value), pack_own(value)) for part, value in raw.items()})
        start, cpu = time.perf_counter(), time.process_time()
        publish(data, repo, keys, datetime.now(UTC))
    return {"wall_s": round(time.perf_counter() - start, 1), "cpu_s": round(time.process_time() - cpu, 1)}


if __name__ == "__main__":
    main()
