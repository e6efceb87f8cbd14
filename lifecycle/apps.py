from django.apps import AppConfig


class Lifecycle(AppConfig):
    name = "lifecycle"
    verbose_name = "Lifecycle"

    def ready(self) -> None:
        """Binds the rooms together: vocabulary and nudges."""
        from lifecycle import bell, checks, vocabulary  # noqa: F401 (checks register themselves)
        from office import nudges

        vocabulary.bind()
        nudges.bind(bell.Bell(_wake).ring)


def _wake(queue: str) -> None:
    from lifecycle import tasks  # Celery is loaded by the first nudge, not by every command

    tasks.nudge(queue)
