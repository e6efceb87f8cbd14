"""Mail providers by their anymail backends: our id travels in the metadata, their answers become ours."""

from mail.transports import Transport


def of(backend: str) -> Transport:
    """The provider's way out. Those that take letters in batches, or can be asked about them, have a module here."""
    name = backend.split(".")[-2]
    if name == "postmark":
        from mail.providers import postmark

        return postmark.Postmark(backend)
    if name == "resend":
        from mail.providers import resend

        return resend.Resend(backend)
    if name == "amazon_ses":
        from mail.providers import amazon_ses

        return amazon_ses.AmazonSes(backend)
    from mail.providers import single

    return single.Provider(backend)
