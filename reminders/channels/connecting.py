"""Which channels there are: real ones as the settings say, recorders in the demo and in tests."""

from booking.platform.config import Config
from booking.platform.database import Database
from reminders.channels import twilio
from reminders.channels.digital_post import DigitalPostChannel, DigitalPostSettings
from reminders.channels.letters import LetterChannel
from reminders.channels.mail import MailChannel, MailSettings
from reminders.channels.port import Channel
from reminders.channels.recording import RecordingChannel
from reminders.channels.twilio.sms import TwilioSms
from reminders.channels.twilio.voice import TwilioVoice
from reminders.policies.steps import Channel as ChannelCode

RECORDED: tuple[ChannelCode, ...] = ("sms", "voice", "email")


def connect(config: Config, database: Database) -> dict[ChannelCode, Channel]:
    """Every channel that can be used, by its code. Letters always can: they are printed here.

    Raises ConfigurationError where a channel's settings are only half there.
    """
    channels: dict[ChannelCode, Channel] = {"letter": LetterChannel()}
    if config.mode != "production":
        return channels | {code: RecordingChannel(code, database) for code in RECORDED}
    carrier = twilio.settings.from_environment(config.messaging, config.public_url)
    if carrier is not None:
        channels |= {"sms": TwilioSms(carrier), "voice": TwilioVoice(carrier)}
    post_office = MailSettings.from_environment(config.messaging)
    if post_office is not None:
        channels["email"] = MailChannel(post_office)
    digital_post = DigitalPostSettings.from_environment(config.messaging)
    if digital_post is not None:
        channels["digital_post"] = DigitalPostChannel(digital_post)
    return channels
