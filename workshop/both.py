"""What `./run test` tries on PostgreSQL too: where SQL of our own, locks or the planner can make a difference.

The rule and its reason: docs/decisions/0016-what-runs-when.md. The rest is tried there by `./run test --faults`.
"""

# Claims, leases and locks, two workers at one row, what a commit sets going.
CLAIMS = """
    api/test_deliveries api/test_idempotency api/test_rates dashboard/test_first_run flows/test_approving
    flows/test_deleting flows/test_entering flows/test_execution flows/test_letting_run flows/test_limits
    flows/test_publishing flows/test_ramping flows/test_sweeping flows/test_sweeping_workers
    intake/test_applying intake/test_workers mail/test_approving mail/test_catching_up mail/test_clicks
    mail/test_limits mail/test_mailboxes mail/test_mailings mail/test_submitting mail/test_suppression_lists
    members/test_erasure office/test_nudges
"""
# The language of conditions, and JSON that is asked.
CONDITIONS = """
    dashboard/test_narrowed dashboard/test_segments flows/test_split members/test_conditions
    members/test_conditions_agree members/test_first_value members/test_segments members/test_stage_rules
"""
# Statements over many rows: guarded upserts, `returning`, windows of dates, partitions, copies that are thrown away.
BULK = """
    flows/test_admitting flows/test_merging flows/test_moving_runs flows/test_reentry flows/test_simulation
    flows/test_standing_still intake/test_importing intake/test_importing_spans intake/test_undoing
    lifecycle/test_generate members/test_events members/test_fact_keeping members/test_ledger
    members/test_lifetimes members/test_merging_members members/test_moving members/test_mrr
    members/test_occurrences members/test_partitions members/test_payments members/test_placing
    members/test_pulse_turns members/test_spans members/test_subscriptions members/test_usage
    members/test_usage_answering members/test_usage_corrections office/test_bulk office/test_pouring
    office/test_uuids relationship/test_outcomes relationship/test_succession relationship/test_tasks
"""
# Questions of pages and reports that count by month, group, compare dates or put texts in order.
QUESTIONS = """
    api/test_paging dashboard/test_home dashboard/test_members dashboard/test_money dashboard/test_sleeping
    dashboard/test_trend dashboard/test_unknown dashboard/test_watching dashboard/test_whys
    flows/test_numbers mail/test_reach mail/test_tracking members/test_api
"""
# The natural paths, told whole: their variants are told on SQLite.
STORIES = """
    stories/test_import stories/test_import_contracts stories/test_leaving_and_goals stories/test_renewal
    stories/test_signup_to_letter stories/test_stages stories/test_webhooks winback/test_leaving
"""
FILES = [f"tests/{name}.py" for name in f"{CLAIMS} {CONDITIONS} {BULK} {QUESTIONS} {STORIES}".split()]
