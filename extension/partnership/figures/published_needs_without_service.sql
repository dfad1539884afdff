-- Published: services asked for and needs for which none was offered, by need.
select early_help.define_published_table('needs_without_service',
    'Published requests for a service and how many had no offer so far, by need. Figures that could disclose somebody are hidden.',
    array['need_code'],
    array['service_requests', 'service_requests_offered', 'needs_without_service'],
    array['service_requests = service_requests_offered + needs_without_service'],
    array['without_service_rate = needs_without_service / service_requests'],
    '{
        "need_code": "Need the service was asked for: DfE primary need code; its label is in published_label.",
        "service_requests": "Requests for a service.",
        "service_requests_offered": "Of the requests, those for which a service was offered.",
        "needs_without_service": "Of the requests, those for which none was offered so far: the gap.",
        "without_service_rate": "Percentage of requests without an offer."
    }',
    $$
    select
        month,
        need_code,
        requests as service_requests,
        offered as service_requests_offered,
        without_offer as needs_without_service
    from needs_without_service
    union all
    select null, code, 0, 0, 0
    from only primary_need
    where offered
    $$);
