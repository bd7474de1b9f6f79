/** Times and numbers as the language of the person writes them. */

export class Format {
  readonly #times: Intl.DateTimeFormat;
  readonly #labels: Intl.DateTimeFormat;
  readonly #days: Intl.DateTimeFormat;
  readonly #dates: Intl.DateTimeFormat;
  readonly #months: Intl.DateTimeFormat;
  readonly #weekdays: Intl.DateTimeFormat;
  readonly #weekdayNames: Intl.DateTimeFormat;
  readonly #clocks: Intl.DateTimeFormat;
  readonly #fullHours: Intl.DateTimeFormat;
  readonly #is12: boolean;
  readonly #hours: Intl.DateTimeFormat;
  readonly language: string;
  readonly zone: string;

  constructor(language: string, zone: string, hour12?: boolean) {
    this.language = language;
    this.zone = zone;
    const clock = hour12 === undefined ? {} : { hour12 };
    const make = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
    this.#times = make({ hour: "2-digit", minute: "2-digit", ...clock });
    this.#is12 = this.#times.resolvedOptions().hour12 === true;
    this.#labels = this.#is12 ? make({ hour: "numeric", hour12: true }) : this.#times;
    this.#days = make({ weekday: "short", day: "numeric", month: "short" });
    this.#dates = new Intl.DateTimeFormat(language, { timeZone: "UTC", dateStyle: "full" });
    this.#months = new Intl.DateTimeFormat(language, { timeZone: "UTC", month: "long", year: "numeric" });
    this.#weekdays = new Intl.DateTimeFormat(language, { timeZone: "UTC", weekday: "narrow" });
    this.#weekdayNames = new Intl.DateTimeFormat(language, { timeZone: "UTC", weekday: "short" });
    const hour = this.#is12 ? "numeric" : "2-digit";
    this.#clocks = new Intl.DateTimeFormat(language, { timeZone: "UTC", hour, minute: "2-digit", ...clock });
    this.#fullHours = this.#is12 ? new Intl.DateTimeFormat(language, { timeZone: "UTC", hour, ...clock }) : this.#clocks;
    this.#hours = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    });
  }

  /** Time of day of seconds since the epoch. */
  time(seconds: number): string {
    return this.#times.format(seconds * 1000);
  }

  /** Full hour for an axis, as short as the language allows. */
  hourLabel(seconds: number): string {
    return this.#labels.format(seconds * 1000);
  }

  day(seconds: number): string {
    return this.#days.format(seconds * 1000);
  }

  /** Hour of the wall clock, 0 to 23, with minutes as a fraction. */
  hour(seconds: number): number {
    const [hour = 0, minute = 0] = this.#hours.format(seconds * 1000).split(":").map(Number);
    return hour + minute / 60;
  }

  date(iso: string): string {
    return this.#dates.format(Date.parse(`${iso}T00:00:00Z`));
  }

  month(iso: string): string {
    return this.#months.format(Date.parse(`${iso}T00:00:00Z`));
  }

  /** Letter of a day of the week, 0 is Monday. */
  weekday(day: number): string {
    // 1 January 2024 was a Monday.
    return this.#weekdays.format(Date.UTC(2024, 0, 1 + day));
  }

  /** Short name of a day of the week, 0 is Monday. */
  weekdayName(day: number): string {
    return this.#weekdayNames.format(Date.UTC(2024, 0, 1 + day));
  }

  /** Time of day of minutes since midnight, up to 24:00. */
  clock(minute: number): string {
    return minute === 1440 && !this.#is12 ? "24:00" : this.#clocks.format(minute * 60_000);
  }

  /** Full hour, 0 to 24, as short as the language allows. */
  fullHour(hour: number): string {
    return hour === 24 && !this.#is12 ? "24:00" : this.#fullHours.format(hour * 3_600_000);
  }

  number(value: number, digits: number): string {
    return value.toLocaleString(this.language, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  }

  /** Power in W, or from 1 kW on in kW. */
  watts(value: number): string {
    const size = Math.abs(value);
    return size >= 1000
      ? `${this.number(value / 1000, size >= 10_000 ? 1 : 2)}\u00a0kW`
      : `${this.number(value, 0)}\u00a0W`;
  }

  percent(value: number): string {
    return `${this.number(value, 0)}\u00a0%`;
  }

  price(value: number, currency: string): string {
    return `${this.number(value, 4)}\u00a0${currency}/kWh`;
  }

  money(value: number, currency: string): string {
    return value.toLocaleString(this.language, { style: "currency", currency });
  }
}
