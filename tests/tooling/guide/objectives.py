"""Which question or check asks for which objective of a notebook, in the notebook's order."""

from __future__ import annotations

ASKED_BY: dict[str, tuple[tuple[str, ...], ...]] = {
    "00_start_here": (
        ("check_environment",),
        ("still clock", "delayed message"),
        ("delayed message", "received message", "check_shorter_wait", "check_own_queue"),
    ),
    "01_create_a_kms_key": (
        ("who must allow it", "check_auditor"),
        ("context left out", "bytes that KMS sees", "check_envelope"),
        ("after a rotation",),
    ),
    "02_create_queues": (
        ("dead-letter queue first", "key disabled", "check_own_queue"),
        ("second receive", "after a day", "hours to find it", "check_repair"),
        ("empty receives", "order"),
    ),
    "03_visibility_experiments": (
        ("received how often", "extended once"),
        ("a late delete", "extended once", "check_patience"),
        ("five looks", "what to remember", "after a death", "check_payments"),
    ),
    "04_receive_with_lambda": (
        ("third call", "two permissions"),
        ("poison", "without the switch", "check_switch", "check_own_handler"),
        ("booked in all",),
    ),
    "05_send_with_lambda": (
        ("denied send", "lines to spare", "batch permission", "check_least_privilege"),
        ("price of batches", "one bad of ten", "check_count"),
        ("another queue",),
    ),
    "06_test_the_pipeline": (
        ("invocations", "receives", "seconds"),
        ("slow", "throttled", "dying"),
        ("redrive", "check_patience", "check_repair"),
    ),
    "07_monitor": (
        ("minute", "dead letters sent"),
        ("age", "received", "no consumer"),
        ("bad release", "misspelt", "check_throttle_alarm", "check_own_dashboard"),
    ),
    "08_choose_and_grow": (
        ("two readers", "attempts", "taken back"),
        ("one group", "check_orders"),
        ("filtered", "check_pattern"),
    ),
    "A1_asymmetric_keys": (
        ("public key", "longest plaintext", "check_letter"),
        ("changed order", "check_statement_key"),
        ("queue of the letterbox", "check_statement_key"),
    ),
}
"""What is not here yet is listed as asking for all objectives of its notebook."""
