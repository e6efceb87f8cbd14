import django.db.models.deletion
from django.db import migrations, models

# PostgreSQL keeps raw use by month: the months of `members.partitions`, and one place for all others. No key on `id`:
# a unique key of a partitioned table holds the column it is parted by, and nobody asks for a use by its number.
BY_MONTH = """
ALTER TABLE members_usage RENAME TO members_usage_whole;
CREATE TABLE members_usage (
    id bigint NOT NULL,
    member_id bigint NOT NULL,
    source varchar(40) NOT NULL,
    external_id varchar(200) NOT NULL,
    name varchar(80) NOT NULL,
    occurred_at timestamptz NOT NULL,
    quantity numeric(18, 4) NOT NULL
) PARTITION BY RANGE (occurred_at);
CREATE TABLE members_usage_other PARTITION OF members_usage DEFAULT;
INSERT INTO members_usage (id, member_id, source, external_id, name, occurred_at, quantity)
    SELECT id, member_id, source, external_id, name, occurred_at, quantity FROM members_usage_whole;
DROP TABLE members_usage_whole;
CREATE SEQUENCE members_usage_id_seq OWNED BY members_usage.id;
SELECT setval('members_usage_id_seq', coalesce((SELECT max(id) FROM members_usage), 0) + 1, false);
ALTER TABLE members_usage ALTER COLUMN id SET DEFAULT nextval('members_usage_id_seq');
ALTER TABLE members_usage
    ADD CONSTRAINT members_usage_counted_once UNIQUE (source, external_id, occurred_at);
"""


def by_month(_apps, schema_editor):
    """Raw use is parted by month where the database can."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BY_MONTH)


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0004_merging'),
    ]

    operations = [
        migrations.AddField(
            model_name='plan',
            name='first_use_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='usagebatch',
            name='error',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AlterField(
            model_name='usage',
            name='member',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member'),
        ),
        migrations.RunPython(by_month, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='usage',
            index=models.Index(fields=['member', 'occurred_at'], name='members_usage_member'),
        ),
        migrations.AddIndex(
            model_name='usageday',
            index=models.Index(fields=['day'], name='members_usageday_day'),
        ),
    ]
