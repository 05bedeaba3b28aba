# SPDX-License-Identifier: Apache-2.0
"""Experiment G2: what counts towards an automatic collection?

Births less deaths, never below zero; the death of an old object counts as well.
"""

from prelude import *


def moved(action):
    before = gc.get_count()[0]
    action()
    return gc.get_count()[0] - before


held = [None] * 2000
old = [Node() for _ in range(2000)]
gc.collect()


def births(count):
    for i in range(count):
        held[i] = Node()


def deaths(count):
    for i in range(count):
        held[i] = None


def old_deaths(count):
    del old[-count:]


noise = moved(lambda: None) + 3  # bound methods, frames and tuples of the measurement
show("100 births: +100", abs(moved(lambda: births(100)) - 100) <= noise)
show("100 deaths: -100", abs(moved(lambda: deaths(100)) + 100) <= noise)
births(100)
show("60 old deaths: -60", abs(moved(lambda: old_deaths(60)) + 60) <= noise)
old_deaths(500)
show("500 more: not below zero", 0 <= gc.get_count()[0] <= noise)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   100 births: +100 True
#   100 deaths: -100 True
#   60 old deaths: -60 True
#   500 more: not below zero True
