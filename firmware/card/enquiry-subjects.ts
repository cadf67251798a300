/** What an enquiry is about: its first octet. What follows is between those who ask and those who answer. */
export const enquirySubject = {
  /** A line for the console, and what the console prints. */
  console: 1,
  /** Firmware: offers, pieces, what a card runs (firmware/upgrade). */
  upgrade: 2,
} as const;

export type EnquirySubject = (typeof enquirySubject)[keyof typeof enquirySubject];
