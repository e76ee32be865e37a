// How every place is laid out: a line with its title and its tools, and below it what it shows.

import type { ComponentChildren } from "preact";
import { useKeptScroll } from "./kept_scroll.ts";

export interface PlaceLayoutProps {
  readonly title: ComponentChildren;
  /** What belongs to the title: a count, an object. */
  readonly about?: ComponentChildren;
  /** Filters and switches, at the end of the line. */
  readonly tools?: ComponentChildren;
  /** `page` scrolls as a whole; `fill` gives the room to one part that scrolls by itself, such as a table. */
  readonly form?: "page" | "fill";
  readonly children: ComponentChildren;
}

export function PlaceLayout({ title, about, tools, form = "page", children }: PlaceLayoutProps) {
  return (
    <section class="place">
      <header class="place-head">
        <h1>{title}</h1>
        {about !== undefined && <div class="place-about">{about}</div>}
        {tools !== undefined && <div class="place-tools">{tools}</div>}
      </header>
      {form === "fill" ? <div class="place-fill">{children}</div> : <Scrolling>{children}</Scrolling>}
    </section>
  );
}

function Scrolling({ children }: { children: ComponentChildren }) {
  const scrolled = useKeptScroll<HTMLDivElement>("place");
  return (
    <div class="place-page" ref={scrolled} tabIndex={-1}>
      <div class="place-content">{children}</div>
    </div>
  );
}

/** A part of a page with a title of its own. */
export function Section({ title, about, children }: { title: string; about?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="section">
      <h2>
        {title}
        {about !== undefined && <span class="section-about">{about}</span>}
      </h2>
      {children}
    </section>
  );
}
