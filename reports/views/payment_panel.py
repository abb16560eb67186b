"""What the page of an exchange shows of its lump sum."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from exchanges.enums import Capacity
from exchanges.models import Exchange
from reports.enums import PaymentState
from reports.permissions import can_see_account
from reports.queries.blocks import PARTNERSHIP, VISITOR, blocks_of, line_of
from reports.services.pieces import payment_of


def payment_panel(request: HttpRequest, exchange: Exchange) -> SafeString:
    """One line for the visitor and for its partnership; empty for everybody else, online, and
    before the end."""
    is_own = Capacity.VO in exchange.capacities_of(request.user)
    payment = payment_of(exchange) if is_own or can_see_account(request.user, exchange) else None
    if payment is None:
        return SafeString("")
    blocks = blocks_of(payment)
    turns = {block.turn for block in blocks}
    is_open = payment.state == PaymentState.DUE
    context = {
        "payment": payment,
        "line": line_of(payment, blocks, is_own=is_own),
        "is_own": is_own,
        "is_yours": (VISITOR if is_own else PARTNERSHIP) in turns
        or (not is_own and is_open and not turns),
        "needs": {block.code for block in blocks} if is_own else set(),
    }
    return render_to_string("reports/_payment_line.html", context, request=request)
