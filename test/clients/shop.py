"""The shop as SQLAlchemy maps it."""

from sqlalchemy import Column, Integer, String, event
from sqlalchemy.orm import declarative_base

from comments import sqlcommenter

Base = declarative_base()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    customer = Column(String, nullable=False)
    status = Column(String, nullable=False, default="new")


def comment_statements(engine, keys):
    """Adds what `keys()` returns to every statement of the engine, as the sqlcommenter libraries do."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def append_comment(_connection, _cursor, sql, parameters, _context, _many):
        return sqlcommenter(sql, **keys()), parameters
