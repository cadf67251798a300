/** The way of a call through the node: number analysis, the choice of an outgoing circuit, and trying again (Q.764 2.1.1, 2.8.1). */
import { isBlocked } from "./blocking-states.ts";
import { releaseCall } from "./call-release.ts";
import { availabilityOf, hasLim } from "./signalling-routes.ts";
import { noCircuit } from "./tables/column.ts";
import {
  congestionRelease,
  decodeInitialAddress,
  hopsExhausted,
  type InitialAddress,
  onwardInitialAddress,
} from "./own-messages.ts";
import { releaseCause } from "./release-causes.ts";
import type { Route } from "./routing.ts";
import type { Turn } from "./turn.ts";

/** Digits that a called party number can have after digit manipulation. */
const routedDigitsMax = 32;
/** How often a call goes to another circuit before it is given up. */
const attemptsMax = 4;
const connectionMode = { receiveOnly: 1 } as const;

/** Where a call goes on, or the Q.850 cause why it cannot. */
type Choice =
  | { readonly circuit: number; readonly route: Route; readonly cause?: undefined }
  | { readonly cause: number };

/** The IAM just received makes a call and sends it on, or is refused. */
export function setUpCall(turn: Turn, incoming: number): void {
  const { message, consumed } = turn;
  if (message?.type !== "IAM" || consumed === undefined) return;
  const call = turn.transaction.newReference();
  const state = turn.editState(call);
  Object.assign(state, { incoming, initialAddress: consumed, seizedAt: turn.time() });
  turn.editEndpoint(incoming).call = call;
  // The other end uses it, so whatever it said of blocking is past (Q.764 2.8.2.1).
  turn.setBlocking(incoming, { remoteMaintenance: false, remoteHardware: false });
  const { congestion, counters } = turn.node;
  if (congestion.level > 0) {
    counters.count("callsRefusedByCongestion");
    const cause = releaseCause.switchingEquipmentCongestion;
    releaseCall(turn, call, { by: "exchange", cause, message: congestionRelease(congestion.level) });
    return;
  }
  const choice =
    turn.node.plan.trunkGroup(incoming).direction === "outgoing" ? wrongDirection : choose(turn, incoming, message);
  if (choice.cause !== undefined) releaseCall(turn, call, { by: "exchange", cause: choice.cause });
  else proceed(turn, call, choice.circuit, choice.route, message, call);
}

const wrongDirection: Choice = { cause: releaseCause.requestedCircuitNotAvailable };

/** The outgoing circuit is lost before a backward message came: the call goes another way, with a connection of its own. */
export function tryAgain(turn: Turn, lost: number): void {
  const { call } = turn.endpoint(lost);
  turn.editEndpoint(lost).call = 0;
  if (!turn.hasState(call)) return;
  const { incoming, connection, attempts, initialAddress, releasedBy } = turn.state(call);
  if (releasedBy !== "nobody") {
    turn.forgetCallWhenOver(call);
    return;
  }
  turn.node.counters.count("reattempts");
  const message = decodeInitialAddress(initialAddress);
  const choice = message.ok && attempts < attemptsMax ? choose(turn, incoming, message.value) : noCircuitLeft;
  // An old connection keeps its row until the gateway has removed it; the call's next one gets a reference of its own.
  Object.assign(turn.editState(call), { outgoing: noCircuit, attempts: Math.min(attempts + 1, attemptsMax) });
  if (!message.ok || choice.cause !== undefined) {
    releaseCall(turn, call, { by: "exchange", cause: choice.cause ?? releaseCause.noCircuitAvailable });
    return;
  }
  turn.fireConnection(connection, "release");
  proceed(turn, call, choice.circuit, choice.route, message.value, turn.transaction.newReference());
}

const noCircuitLeft: Choice = { cause: releaseCause.noCircuitAvailable };

function proceed(
  turn: Turn,
  call: number,
  outgoing: number,
  route: Route,
  message: InitialAddress,
  reference: number,
): void {
  const { node } = turn;
  const { plan } = node;
  const { incoming, initialAddress } = turn.state(call);
  Object.assign(turn.editState(call), { outgoing, connection: reference });
  turn.fireCircuit(outgoing, "seize");
  turn.editEndpoint(outgoing).call = call;
  if (plan.trunkGroup(outgoing).selection === "cyclic") {
    turn.transaction.edit(node.tables.trunkGroup, plan.trunkGroupOf(outgoing)).lastSeized = outgoing;
  }
  turn.send(outgoing, onwardInitialAddress(initialAddress, message, route));
  Object.assign(turn.editConnection(reference), {
    state: "creating",
    call,
    circuit: incoming,
    otherCircuit: outgoing,
    gateway: plan.gatewayOf(incoming),
  });
  turn.instructGateway(incoming, {
    kind: "create",
    call: reference,
    circuit: incoming,
    otherCircuit: outgoing,
    mode: connectionMode.receiveOnly,
  });
}

/** The first trunk group of the route that has a circuit; otherwise the reason that the last resort leaves. */
function choose(turn: Turn, incoming: number, message: InitialAddress): Choice {
  const { plan, routing, idleCircuits } = turn.node;
  const { digits } = message.parameters.calledPartyNumber;
  if (digits.length === 0) return { cause: releaseCause.invalidNumberFormat };
  if (hopsExhausted(message)) return { cause: releaseCause.exchangeRoutingError };
  const route = routing.find(digits);
  if (route === undefined) return { cause: releaseCause.noRouteToDestination };
  if (digits.length - route.remove + route.insert.length > routedDigitsMax)
    return { cause: releaseCause.invalidNumberFormat };
  if (!gatewayServes(turn, incoming)) return { cause: releaseCause.temporaryFailure };
  let cause: number = releaseCause.destinationOutOfOrder;
  for (const trunkGroup of route.trunkGroups) {
    const { first, count } = plan.circuits.rangeOf(trunkGroup);
    if (count === 0) continue;
    const exchange = plan.exchangeOf(first);
    if (availabilityOf(turn.node, exchange) === "unavailable" || !hasLim(turn.node, exchange)) continue;
    cause = releaseCause.noCircuitAvailable;
    if (plan.gatewayOf(first) !== plan.gatewayOf(incoming) || !gatewayServes(turn, first)) continue;
    for (const circuit of idleCircuits.candidates(trunkGroup)) {
      // One that this very commit has taken, or blocked, is still on the list.
      const isFree = turn.endpoint(circuit).state === "idle" && !isBlocked(turn.blocking(circuit));
      if (isFree && circuit !== incoming) return { circuit, route };
    }
  }
  return { cause };
}

/** Whether the gateway of a circuit can be told anything. */
function gatewayServes(turn: Turn, circuit: number): boolean {
  const { plan, tables } = turn.node;
  const gateway = plan.gatewayOf(circuit);
  const { unreachable, restarted } = turn.transaction.get(tables.gateway, gateway);
  return !unreachable && !restarted && plan.transportersOf(gateway).some(turn.node.isAlive);
}
