"""An order service on SQLAlchemy's ORM (over psycopg2), and how it leaks."""

from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from healthy import export, repeat, serve
from shop import Order, comment_statements
from stage import leaked, play, scenario
from statements import HOLD_THE_LOCK, LISTEN, SLOW_REPORT


def engine_for(scene, route, **options):
    arguments = {"application_name": scene.application_name}
    engine = create_engine("postgresql+psycopg2://", connect_args=arguments, **options)
    comment_statements(engine, lambda: {"db_driver": "psycopg2", "framework": "flask:2.2.2", "route": route})
    return engine


def pid_of(session):
    return session.connection().connection.dbapi_connection.info.backend_pid


def an_unpaid_order(session):
    unpaid = select(Order).where(Order.status == "new").order_by(Order.id).limit(1)
    return session.scalars(unpaid.with_for_update(skip_locked=True)).one()


@scenario
def early_return(scene):
    def checkout(session, order_id):
        order = session.get(Order, order_id)
        if order.status != "paid":
            return  # neither commit nor close
        session.commit()
        session.close()

    session = Session(engine_for(scene, "/checkout"))
    leaked.append(session)
    checkout(session, 1)
    return [pid_of(session)]


@scenario
def exception_before_commit(scene):
    def pay(session):
        an_unpaid_order(session).status = "paid"
        session.flush()
        raise TimeoutError("the payment provider does not answer")

    session = Session(engine_for(scene, "/pay"))
    leaked.append(session)
    try:
        pay(session)
        session.commit()
    except TimeoutError:
        pass  # "we try again tomorrow": without a rollback
    return [pid_of(session)]


@scenario
def savepoint_error(scene):
    session = Session(engine_for(scene, "/pay"))
    leaked.append(session)
    pid = pid_of(session)
    an_unpaid_order(session).status = "paid"
    session.flush()
    session.begin_nested()
    try:
        # Only a flush that fails rolls back by itself.
        session.execute(text("INSERT INTO orders (id, customer) VALUES (1, 'a customer')"))
    except IntegrityError:
        pass  # neither back to the savepoint nor to the end
    return [pid]


@scenario
def forgotten_second_session(scene):
    def checkout(orders, audit):
        order = orders.get(Order, 1)
        audit.scalars(select(Order.status).where(Order.customer == order.customer)).all()
        orders.close()  # and the other one?

    engine = engine_for(scene, "/checkout")
    orders, audit = Session(engine), Session(engine)
    leaked.append(audit)
    checkout(orders, audit)
    return [pid_of(audit)]


@scenario
def healthy_pool(scene):
    engine = engine_for(scene, "/orders", pool_size=2, max_overflow=0)

    def order():
        with Session(engine) as session, session.begin():
            an_unpaid_order(session).status = "paid"
            session.add(Order(customer="a customer"))

    def order_again():
        with Session(engine) as session, session.begin():
            session.add(Order(id=1, customer="a customer"))

    serve(order, order_again, IntegrityError)
    serve(order, order_again, IntegrityError)


@scenario
def healthy_cursor(scene):
    engine = engine_for(scene, "/export")

    def export_once():
        with Session(engine) as session:
            orders = select(Order).execution_options(stream_results=True, yield_per=500)
            for _ in session.scalars(orders):
                pass

    export(export_once)


@scenario
def healthy_listener(scene):
    hold(scene, LISTEN)


@scenario
def healthy_lock_holder(scene):
    hold(scene, HOLD_THE_LOCK)


def hold(scene, sql):
    connection = engine_for(scene, "/orders", isolation_level="AUTOCOMMIT").connect()
    leaked.append(connection)
    connection.execute(text(sql))


@scenario
def healthy_slow_report(scene):
    connection = engine_for(scene, "/report", isolation_level="AUTOCOMMIT").connect()
    repeat(lambda: connection.execute(text(SLOW_REPORT)))


play("sqlalchemy")
