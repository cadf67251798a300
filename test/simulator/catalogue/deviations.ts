/**
 * What may be otherwise than in the undisturbed run, and nothing else may: a row a deviation, with the reason why it does no harm to
 * those who call. Only disturbances that name a deviation may bring it about, and a run in which none came must be the same in all.
 */
import type { Outcome } from "../outcome.ts";

export type DeviationName = (typeof deviations)[number]["name"];

export interface Deviation {
  readonly name: string;
  /** Which card is pulled. */
  readonly of: "lim" | "transporter" | "either";
  readonly what: string;
  /** The clause that has it so. */
  readonly because: string;
  /**
   * What is not compared as it is. In place of `messages` comes what each call had, without second copies and attempts that were
   * reset; in place of `circuits` which call was on them; `answer`: whether a record has the call answered;
   * `releasedBy`: by which side released.
   */
  readonly otherwise: readonly (keyof Outcome | "circuits" | "answer" | "releasedBy")[];
  /** Messages that a call need not have heard. */
  readonly unheard?: readonly string[];
  /** And what it need not have said then. */
  readonly unsaid?: readonly string[];
  /** Commands to a gateway that may come beside the others, and such as need not. */
  readonly mayCome?: readonly string[];
  readonly mayBeMissing?: readonly string[];
  /** Of commands that are not compared: those that come as often nevertheless. */
  readonly asOften?: readonly string[];
}

export const deviations = [
  {
    name: "second copy",
    of: "lim",
    what: "a message that has been heard on the circuit comes again. It is discarded; REL and RSC are answered again",
    because: "firmware/call-server/message-repetition.ts has the clauses of Q.764, a row a message",
    otherwise: ["messages"],
  },
  {
    name: "another circuit",
    of: "lim",
    what: "RSC comes instead of the IAM, or after it: whatever it began is over. RLC, and the call comes on another circuit",
    because: "Q.764 2.9.3.1, 2.8.1: a second IAM on a circuit that may be busy would do harm",
    otherwise: ["messages", "commands", "circuits"],
    asOften: ["MDCX"],
  },
  {
    name: "call not heard of",
    of: "lim",
    what: "the IAM went with the LIM, and before that was noticed the call was given up or had left the circuit: what follows comes alone",
    because:
      "Q.764 2.9.5.1 a: REL on an idle circuit is answered with RLC; 2.9.1.4: the IAM of a call that gives way is discarded anyway",
    otherwise: ["messages"],
    unheard: ["IAM"],
  },
  {
    name: "answer too late",
    of: "either",
    what: "an answer that crosses the release waits in the other LIM until the first is missed, or behind the commits that give away the work of a card: the call was given up unanswered",
    because: "Q.764 2.3.1: the release may come at any time, and what comes after it is discarded",
    otherwise: ["messages", "commands", "answer"],
    unheard: ["ANM"],
  },
  {
    name: "released by the other",
    of: "lim",
    what: "of two RELs that cross one waits in the other LIM until the first is missed: the node has heard that of the other side first",
    because: "Q.764 2.3.1 e: where both ends release, REL is answered with RLC, whichever came first",
    otherwise: ["messages", "releasedBy"],
    unheard: ["REL"],
    unsaid: ["RLC"],
  },
  {
    name: "no dual seizure",
    of: "lim",
    what: "an IAM that was to cross another waits in the other LIM until the first is missed: the other call need not give way",
    because: "Q.764 2.9.1.4: where nothing crosses, the first IAM has the circuit",
    otherwise: ["messages", "commands", "circuits"],
    asOften: ["MDCX"],
  },
  {
    name: "acknowledged later",
    of: "lim",
    what: "BLA or UBA comes after what the other exchange has said meanwhile: BLO or UBL waited in the other LIM until the first was missed",
    because: "Q.764 2.8.2: blocking and calls do not depend on each other",
    otherwise: ["messages"],
  },
  {
    name: "unknown message lost",
    of: "lim",
    what: "a message of a type that nobody knows went with the LIM and is not said again",
    because:
      "Q.764 2.9.5.2 has it passed on without knowing what it does: nobody can say that twice is harmless, and Q.706 allows loss a thousand times as often as a second copy",
    otherwise: ["messages"],
    unheard: ["unknown"],
  },
  {
    name: "another transporter",
    of: "transporter",
    what: "the other transporter has the gateway notify it, and looks whether it answers. A connection whose call ends before that is not put through any more",
    because:
      "RFC 3435 2.3.3, 4.4.6: the gateway notifies who asked last; a conversation shorter than the switchover of a transporter has no use for MDCX",
    otherwise: ["commands"],
    mayCome: ["RQNT", "AUEP"],
    mayBeMissing: ["MDCX"],
  },
] as const satisfies readonly Deviation[];
