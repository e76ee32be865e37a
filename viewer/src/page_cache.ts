// A long list of which only the pages that were looked at are known. Pure: who fetches is `asking.ts`.

import type { Page } from "./interface.ts";

/** The pages of one list. When the list changes, what is known stays to be shown until it has been fetched again. */
export class PageCache<Entry> {
  /** How many entries there are in all; null as long as no page has come. */
  total: number | null = null;
  private readonly pages = new Map<number, { entries: ReadonlyArray<Entry>; revision: number }>();
  private revision = 0;

  constructor(readonly pageSize: number) {}

  /** The entry at an index, if its page has come. */
  at(index: number): Entry | undefined {
    const page = Math.floor(index / this.pageSize);
    return this.pages.get(page)?.entries[index - page * this.pageSize];
  }

  /** The offsets of the pages that must be fetched so that the entries from `first` to `last` are known and fresh. */
  missing(first: number, last: number): number[] {
    const offsets = [];
    const end = this.total === null ? 0 : Math.max(0, this.total - 1);
    const lastPage = Math.floor(Math.min(last, end) / this.pageSize);
    for (let page = Math.floor(Math.max(0, Math.min(first, end)) / this.pageSize); page <= lastPage; page++) {
      if (this.pages.get(page)?.revision !== this.revision) offsets.push(page * this.pageSize);
    }
    return offsets;
  }

  /** The state of the list that `put` is told of: which pages are fresh. */
  get asOf(): number {
    return this.revision;
  }

  /** Take up a page that was asked for when the list was `asOf`. */
  put(page: Page<Entry>, asOf: number): void {
    this.total = page.total;
    this.pages.set(Math.floor(page.offset / this.pageSize), { entries: page.entries, revision: asOf });
    for (const number of this.pages.keys()) if (number > 0 && number * this.pageSize >= page.total) this.pages.delete(number);
  }

  /**
   * The list has changed: all pages must be fetched again when they are looked at. Those of a list that only gets longer
   * too: what an entry tells changes when what it stands for ends, and any page tells how long the list is now.
   */
  outdate(): void {
    this.revision += 1;
  }
}
