import type { SearchHit } from 'gsmn-search/search-client';
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

/** What React passes on to the element: properties where it has them, and listeners as `on` and the event's name. */
interface WidgetProperties extends HTMLAttributes<HTMLElement> {
  readonly endpoint?: string;
  readonly query?: string;
  readonly filter?: string;
  readonly facets?: string;
  readonly 'ongsmn-select'?: (event: CustomEvent<{ readonly hit: SearchHit }>) => void;
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'gsmn-search': DetailedHTMLProps<WidgetProperties, HTMLElement>;
    }
  }
}

interface SearchWidgetProps {
  readonly service: string;
  readonly filter: string;
  readonly onSelect: (hit: SearchHit) => void;
}

/** The widget in React 19: one search for each change of `filter`. The page loads `widget.js` of the service once. */
export function SearchWidget({ service, filter, onSelect }: SearchWidgetProps) {
  return (
    <gsmn-search
      endpoint={`${service}/v1/search`}
      facets="year,place"
      filter={filter}
      ongsmn-select={(event) => {
        event.preventDefault();
        onSelect(event.detail.hit);
      }}
    />
  );
}
