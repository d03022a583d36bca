import type { SearchHit } from 'gsmn-search/search-client';
import { defineComponent, h } from 'vue';

/**
 * The widget in Vue 3: one search for each change of `filter`. Templates need `compilerOptions.isCustomElement` for names that begin
 * with `gsmn-`; a render function needs nothing. The page loads `widget.js` of the service once.
 */
export const SearchWidget = defineComponent({
  props: { service: String, filter: String },
  emits: ['select'],
  setup(props, { emit }) {
    return () =>
      h('gsmn-search', {
        endpoint: `${props.service}/v1/search`,
        facets: 'year,place',
        filter: props.filter,
        'onGsmn-select': (event: CustomEvent<{ readonly hit: SearchHit }>) => {
          event.preventDefault();
          emit('select', event.detail.hit);
        },
      });
  },
});
