"""How fast drills are checked (read, proved, played to 100) and scored, on the demo city. Prints one JSON object; CPU time."""

from __future__ import annotations

import json
import statistics
import time

from taker311.authoring.drill_checks import DrillChecker
from taker311.authoring.files import SourceFile, read_text
from taker311.authoring.findings import Findings
from taker311.authoring.known import Known
from taker311.authoring.read_drills import read_drill
from taker311.authoring.source import read_source
from taker311.authoring.yaml_reader import read_yaml
from taker311.cli._city import demo_city
from taker311.drills.log import read, written
from taker311.drills.perfect import play
from taker311.drills.score import score
from taker311.knowledge.bundle import Bundle
from taker311.places.index import PlaceIndex

ROUNDS = 5


def main() -> None:
    folder = demo_city()
    source = read_source(folder)
    if source.knowledge is None:
        raise SystemExit("the demo city has errors: taker311 kb check lists them")
    knowledge = source.knowledge
    bundle, places = Bundle.of(knowledge, source.gazetteer), PlaceIndex.in_memory(source.gazetteer)
    files = sorted((folder / "drills").glob("*.yaml"))

    rates = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        checker = DrillChecker(bundle, lambda: places)
        for path in files:
            known = Known(Findings(), first=knowledge.city.languages[0], languages=knowledge.city.languages)
            known.topics = frozenset(topic.id for topic in knowledge.topics)
            known.agencies = frozenset(agency.id for agency in knowledge.agencies)
            report = known.report(path.name)
            document = read_yaml(read_text(SourceFile(path, path.name), report) or "", report)
            drill = read_drill(SourceFile(path, path.name), document, report, known, knowledge.city.time_zone)
            if drill is None or checker.check(drill) is None:
                raise SystemExit(f"{path.name} does not pass the checker")
        rates.append(len(files) / (time.process_time() - begun))

    logs = [play(drill, bundle, places).log for drill in knowledge.drills]
    texts = [written(log).encode() for log in logs]
    times, reads = [], []
    for _ in range(ROUNDS):
        for log, text in zip(logs, texts, strict=True):
            begun = time.perf_counter()
            score(log)
            times.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            read(text, "log")
            reads.append(time.perf_counter() - begun)
    print(
        json.dumps(
            {
                "what": "drills",
                "drills": len(files),
                "checked_per_second": round(statistics.median(rates), 1),
                "score_ms_median": round(statistics.median(times) * 1000, 3),
                "score_ms_worst": round(max(times) * 1000, 3),
                "read_log_ms_median": round(statistics.median(reads) * 1000, 3),
                "log_bytes_median": round(statistics.median(map(len, texts))),
            }
        )
    )


if __name__ == "__main__":
    main()
