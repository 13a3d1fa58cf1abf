"""Whether what a message is about still is as when it was planned."""

from reminders.messages.models import Message

# What may still be told once an appointment has been cancelled.
AFTERWARDS = ("cancelled", "offer")


def overtaken(message: Message) -> str:
    """Why what a message is about is no longer so; '' where it is."""
    appointment = message.appointment
    if appointment is None:
        return ""
    if message.kind in AFTERWARDS:
        return "" if appointment.status == "cancelled" else "superseded"
    if appointment.status != "booked":
        return appointment.status
    return "superseded" if message.subject_version < appointment.sequence else ""
