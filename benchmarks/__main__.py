import argparse
import importlib
import os
import platform

from suite import harness

from .figure import Figure

PARTS = ("earning", "bulk", "payment", "till", "api", "nearby", "goods")


def main():
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which to measure; all by default")
    parts = parser.parse_args().parts or PARTS
    figures = []
    for part in parts:
        print(f"{part} …", flush=True)
        with harness.fresh_database(f"bench-{part}") as suite, harness.stock_database(f"stock-{part}") as stock:
            for figure in importlib.import_module(f"benchmarks.{part}").measure(suite, stock):
                figures.append(figure)
                print(f"  {figure}", flush=True)
            postgres = harness.connect(suite).server_version // 10000
    print(
        f"\nPython {platform.python_version()}, PostgreSQL {postgres}, {os.cpu_count()} cores of {platform.machine()}\n"
    )
    print(Figure.HEADER)
    for figure in figures:
        print(figure)


main()
