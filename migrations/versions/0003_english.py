"""English beside what a clinic says of itself: its phone hours and its clinicians' titles."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (("clinic", "phone_hours_en"), ("resource", "title_en")):
        op.add_column(table, sa.Column(column, sa.String(100), nullable=False, server_default=""))
