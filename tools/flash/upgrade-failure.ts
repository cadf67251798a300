/** The upgrade has come to nothing, and nobody asked for anything wrong: the message is a sentence. */
export class UpgradeFailure extends Error {
  override name = "UpgradeFailure";
}
