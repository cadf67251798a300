/** Times for people and files. */

const dayMillis = 86_400_000;
const padded = (value: number, width: number) => String(value).padStart(width, "0");
/** All that a day, an hour and so on can be: every call's record says several of each. */
const twoDigits = Array.from({ length: 100 }, (_, value) => padded(value, 2));
const threeDigits = Array.from({ length: 1000 }, (_, value) => padded(value, 3));

/** The day that was written last, and how: most times are of the same day as the one before. */
let lastDay = Number.NaN;
let lastDate = "";

/** ISO 8601 with milliseconds, such as `2024-02-29T12:34:56.789Z`, of milliseconds since 1970 UTC. */
export function utcTime(millis: number): string {
  const day = Math.floor(millis / dayMillis);
  const ofDay = millis - day * dayMillis;
  if (day !== lastDay) {
    lastDay = day;
    lastDate = dateOf(day);
  }
  const hour = twoDigits[Math.floor(ofDay / 3_600_000)];
  const minute = twoDigits[Math.floor(ofDay / 60_000) % 60];
  const second = twoDigits[Math.floor(ofDay / 1000) % 60];
  return `${lastDate}T${hour}:${minute}:${second}.${threeDigits[ofDay % 1000]}Z`;
}

function dateOf(day: number): string {
  const { year, month, dayOfMonth } = civilDate(day);
  return `${padded(year, 4)}-${twoDigits[month]}-${twoDigits[dayOfMonth]}`;
}

/**
 * The Gregorian date of a day counted from 1970-01-01. Years are counted from March, so that a leap day ends them, and in eras
 * of 400, which all have 146,097 days.
 */
function civilDate(day: number): { readonly year: number; readonly month: number; readonly dayOfMonth: number } {
  const fromMarch = day + 719_468;
  const era = Math.floor(fromMarch / 146_097);
  const ofEra = fromMarch - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    dayOfMonth: ofYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}
