from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0008_fewer_indexes")]
    operations = [
        migrations.AddField(
            model_name="member",
            name="name_key",
            field=models.CharField(blank=True, editable=False, max_length=402),
        ),
    ]
