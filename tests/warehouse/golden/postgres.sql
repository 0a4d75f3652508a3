WITH mf_source_lines AS (
  SELECT
    CASE
      WHEN NOT TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Order Id" AS TEXT)) IN ('', 'n/a')
      THEN TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Order Id" AS TEXT))
    END AS order_id,
    CASE
      WHEN NOT TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Customer Id" AS TEXT)) IN ('', 'n/a')
      THEN TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Customer Id" AS TEXT))
    END AS customer_id,
    CASE
      WHEN CAST(source."Day" AS DATE) BETWEEN CAST('1970-01-02' AS DATE) AND CAST('2098-12-31' AS DATE)
      THEN CAST(source."Day" AS DATE)
    END AS ordered_on,
    CASE
      WHEN ABS(CAST(source."Quantity" AS DOUBLE PRECISION)) < 1e+300
      THEN CAST(source."Quantity" AS DOUBLE PRECISION)
    END AS quantity,
    CASE
      WHEN ABS(CAST(source."Unit Price" AS DOUBLE PRECISION)) < 1e+300
      THEN CAST(source."Unit Price" AS DOUBLE PRECISION)
    END AS unit_price,
    CASE
      WHEN ABS(CAST(source."List Price" AS DOUBLE PRECISION)) < 1e+300
      THEN CAST(source."List Price" AS DOUBLE PRECISION)
    END AS list_price,
    CASE
      WHEN NOT TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Product Id" AS TEXT)) IN ('', 'n/a')
      THEN TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Product Id" AS TEXT))
    END AS product_id,
    CASE
      WHEN NOT TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Category" AS TEXT)) IN ('', 'n/a')
      THEN TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Category" AS TEXT))
    END AS category,
    CASE
      WHEN NOT TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Status" AS TEXT)) IN ('', 'n/a')
      THEN TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Status" AS TEXT))
    END AS status,
    CASE
      WHEN NOT TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Country" AS TEXT)) IN ('', 'n/a')
      THEN TRIM(' ' || CHR(  9) || CHR(  13) || CHR(  10) || CHR(  11) || CHR(  12) || CHR(  160) || CHR(  8203) || CHR(  65279) FROM CAST(source."Country" AS TEXT))
    END AS country
  FROM "shop"."order_lines" AS source
), mf_order_lines AS (
  SELECT
    CASE
      WHEN order_id ~ '^[0-9]+[.]0$'
      THEN SUBSTRING(order_id FROM 1 FOR LENGTH(order_id) - 2)
      ELSE order_id
    END AS order_id,
    CASE
      WHEN customer_id LIKE '%@%'
      THEN LOWER(REPLACE(customer_id, ' ', ''))
      ELSE CASE
        WHEN customer_id ~ '^[0-9]+[.]0$'
        THEN SUBSTRING(customer_id FROM 1 FOR LENGTH(customer_id) - 2)
        ELSE customer_id
      END
    END AS customer_id,
    ordered_on,
    quantity,
    unit_price,
    list_price,
    CASE
      WHEN product_id ~ '^[0-9]+[.]0$'
      THEN SUBSTRING(product_id FROM 1 FOR LENGTH(product_id) - 2)
      ELSE product_id
    END AS product_id,
    category,
    status,
    country,
    quantity * unit_price AS amount
  FROM mf_source_lines
), mf_judged_lines AS (
  SELECT
    order_id,
    customer_id,
    ordered_on,
    quantity,
    unit_price,
    list_price,
    product_id,
    category,
    status,
    country,
    amount,
    CASE
      WHEN customer_id IS NULL
      THEN 'no_customer'
      WHEN ordered_on IS NULL
      THEN 'unreadable_date'
      WHEN amount IS NULL
      THEN 'unreadable_money'
      WHEN product_id = 'POST'
      THEN 'shipping'
      WHEN LOWER(status) IN ('cancelled', 'o''neill \ sÖhne {{ 1 }}', 'o''neill \ söhne {{ 1 }}')
      OR status IN ('O''Neill \ Söhne {{ 1 }}')
      THEN 'cancelled'
      WHEN CASE WHEN order_id LIKE 'C%' THEN order_id ~ '^C[0-9]+$' ELSE FALSE END
      THEN 'returned'
      WHEN quantity < 0
      THEN 'returned'
      WHEN amount < 0
      THEN 'returned'
      WHEN amount = 0
      THEN 'zero_price'
    END AS set_aside_because
  FROM mf_order_lines
), mf_different_lines AS (
  SELECT DISTINCT
    order_id,
    customer_id,
    ordered_on,
    quantity,
    unit_price,
    list_price,
    product_id,
    category,
    status,
    country,
    amount
  FROM mf_judged_lines
  WHERE
    set_aside_because IS NULL
), mf_purchases AS (
  SELECT
    customer_id,
    order_id,
    ordered_on,
    amount,
    quantity,
    list_price,
    product_id,
    category,
    country,
    FLOOR((
      amount * 10000
    ) + 0.5) AS revenue_scaled
  FROM mf_different_lines
), mf_returns AS (
  SELECT
    customer_id,
    ordered_on,
    FLOOR((
      ABS(amount) * 10000
    ) + 0.5) AS revenue_scaled,
    CASE
      WHEN amount < 0
      OR quantity < 0
      OR CASE WHEN order_id LIKE 'C%' THEN order_id ~ '^C[0-9]+$' ELSE FALSE END
      THEN 1
      ELSE 0
    END AS takes_back
  FROM mf_judged_lines
  WHERE
    set_aside_because IN ('cancelled', 'returned')
), mf_as_of AS (
  SELECT
    CAST(MAX(ordered_on) + INTERVAL '1 DAY' AS DATE) AS as_of
  FROM mf_purchases
), mf_window AS (
  SELECT
    as_of,
    CAST(CAST(EXTRACT(epoch FROM CAST(as_of AS TIMESTAMP) - CAST(CAST('1970-01-01' AS DATE) AS TIMESTAMP)) / 86400 AS BIGINT) AS DOUBLE PRECISION) AS as_of_day,
    CAST(as_of + INTERVAL '-731 DAY' AS DATE) AS first_on,
    CAST(as_of + INTERVAL '-366 DAY' AS DATE) AS middle_on
  FROM mf_as_of
), mf_bought AS (
  SELECT
    customer_id,
    order_id,
    ordered_on,
    amount,
    quantity,
    list_price,
    product_id,
    category,
    country,
    revenue_scaled,
    CAST(CAST(EXTRACT(epoch FROM CAST(ordered_on AS TIMESTAMP) - CAST(CAST('1970-01-01' AS DATE) AS TIMESTAMP)) / 86400 AS BIGINT) AS DOUBLE PRECISION) AS ordered_day
  FROM mf_purchases
  CROSS JOIN mf_window
  WHERE
    ordered_on >= first_on
), mf_returned AS (
  SELECT
    customer_id,
    revenue_scaled,
    takes_back
  FROM mf_returns
  CROSS JOIN mf_window
  WHERE
    ordered_on >= first_on
), mf_orders AS (
  SELECT
    customer_id,
    order_id,
    MIN(ordered_on) AS ordered_on,
    MIN(ordered_day) AS ordered_day,
    COUNT(*) AS line_count,
    SUM(revenue_scaled) AS revenue_scaled
  FROM mf_bought
  GROUP BY
    customer_id,
    order_id
), mf_spaced_orders AS (
  SELECT
    customer_id,
    ordered_on,
    ordered_day,
    line_count,
    revenue_scaled,
    ordered_day - LAG(ordered_day) OVER (PARTITION BY customer_id ORDER BY ordered_day) AS gap_days
  FROM mf_orders
), mf_customers AS (
  SELECT
    customer_id,
    COUNT(*) AS order_count,
    SUM(CASE WHEN gap_days > 0 THEN 1 ELSE 0 END) + 1 AS order_days,
    SUM(line_count) AS line_count,
    MIN(ordered_day) AS first_day,
    MAX(ordered_day) AS last_day,
    SUM(CASE WHEN gap_days > 0 THEN gap_days * gap_days ELSE 0 END) AS gap_squares,
    SUM(revenue_scaled) AS revenue_scaled
  FROM mf_spaced_orders
  GROUP BY
    customer_id
), mf_sums_of_lines AS (
  SELECT
    customer_id,
    SUM(FLOOR((
      quantity * 10000
    ) + 0.5)) AS items_scaled,
    SUM(
      CASE
        WHEN FLOOR((
          (
            quantity * list_price
          ) * 10000
        ) + 0.5) > 0.0
        THEN FLOOR((
          (
            quantity * list_price
          ) * 10000
        ) + 0.5)
        ELSE 0.0
      END
    ) AS list_scaled,
    SUM(
      CASE
        WHEN FLOOR((
          (
            quantity * list_price
          ) * 10000
        ) + 0.5) - revenue_scaled > 0.0
        THEN FLOOR((
          (
            quantity * list_price
          ) * 10000
        ) + 0.5) - revenue_scaled
        ELSE 0.0
      END
    ) AS discount_scaled,
    (
      COUNT(DISTINCT product_id) + MAX(CASE WHEN product_id IS NULL THEN 1 ELSE 0 END)
    ) - MAX(CASE WHEN product_id IS NULL THEN 1 ELSE 0 END) AS product_count,
    SUM(CASE WHEN category = 'O''Neill \ Söhne {{ 1 }}' THEN revenue_scaled ELSE 0.0 END) AS category_1_scaled,
    SUM(CASE WHEN category = 'Tea' THEN revenue_scaled ELSE 0.0 END) AS category_0_scaled,
    MIN(country) AS least_country,
    MAX(country) AS most_country
  FROM mf_bought
  GROUP BY
    customer_id
), mf_sums_of_orders AS (
  SELECT
    customer_id,
    SUM(CASE WHEN ordered_on >= middle_on THEN revenue_scaled ELSE 0.0 END) AS later_scaled,
    SUM(CASE WHEN revenue_scaled > 2500000 THEN revenue_scaled ELSE 0.0 END) AS large_scaled,
    SUM(
      CASE
        WHEN (
          EXTRACT(MONTH FROM ordered_on) > 0
        )
        AND (
          EXTRACT(MONTH FROM ordered_on) <= 3
        )
        THEN revenue_scaled
        ELSE 0.0
      END
    ) AS quarter_1_scaled
  FROM mf_spaced_orders
  CROSS JOIN mf_window
  GROUP BY
    customer_id
), mf_sums_of_returns AS (
  SELECT
    customer_id,
    COUNT(*) AS returned_line_count,
    SUM(revenue_scaled) AS returned_scaled,
    SUM(takes_back) AS unmatched_returns
  FROM mf_returned
  GROUP BY
    customer_id
), mf_measured AS (
  SELECT
    mf_customers.customer_id,
    CASE
      WHEN mf_sums_of_lines.least_country = mf_sums_of_lines.most_country
      THEN mf_sums_of_lines.least_country
      WHEN NOT mf_sums_of_lines.least_country IS NULL
      THEN '(several)'
    END AS country,
    COALESCE(CAST(mf_customers.order_count AS DOUBLE PRECISION), 0.0) AS order_count,
    COALESCE(CAST(mf_customers.order_days AS DOUBLE PRECISION), 0.0) AS order_days,
    COALESCE(CAST(mf_customers.line_count AS DOUBLE PRECISION), 0.0) AS line_count,
    COALESCE(CAST(mf_customers.first_day AS DOUBLE PRECISION), 0.0) AS first_day,
    COALESCE(CAST(mf_customers.last_day AS DOUBLE PRECISION), 0.0) AS last_day,
    COALESCE(CAST(mf_customers.gap_squares AS DOUBLE PRECISION), 0.0) AS gap_squares,
    COALESCE(CAST(mf_customers.revenue_scaled AS DOUBLE PRECISION), 0.0) AS revenue_scaled,
    COALESCE(CAST(mf_sums_of_lines.items_scaled AS DOUBLE PRECISION), 0.0) AS items_scaled,
    COALESCE(CAST(mf_sums_of_lines.list_scaled AS DOUBLE PRECISION), 0.0) AS list_scaled,
    COALESCE(CAST(mf_sums_of_lines.discount_scaled AS DOUBLE PRECISION), 0.0) AS discount_scaled,
    COALESCE(CAST(mf_sums_of_lines.product_count AS DOUBLE PRECISION), 0.0) AS product_count,
    COALESCE(CAST(mf_sums_of_lines.category_1_scaled AS DOUBLE PRECISION), 0.0) AS category_1_scaled,
    COALESCE(CAST(mf_sums_of_lines.category_0_scaled AS DOUBLE PRECISION), 0.0) AS category_0_scaled,
    COALESCE(CAST(mf_sums_of_orders.later_scaled AS DOUBLE PRECISION), 0.0) AS later_scaled,
    COALESCE(CAST(mf_sums_of_orders.large_scaled AS DOUBLE PRECISION), 0.0) AS large_scaled,
    COALESCE(CAST(mf_sums_of_orders.quarter_1_scaled AS DOUBLE PRECISION), 0.0) AS quarter_1_scaled,
    COALESCE(CAST(mf_sums_of_returns.returned_line_count AS DOUBLE PRECISION), 0.0) AS returned_line_count,
    COALESCE(CAST(mf_sums_of_returns.returned_scaled AS DOUBLE PRECISION), 0.0) AS returned_scaled,
    COALESCE(CAST(mf_sums_of_returns.unmatched_returns AS DOUBLE PRECISION), 0.0) AS unmatched_returns
  FROM mf_customers
  LEFT JOIN mf_sums_of_lines
    ON mf_sums_of_lines.customer_id = mf_customers.customer_id
  LEFT JOIN mf_sums_of_orders
    ON mf_sums_of_orders.customer_id = mf_customers.customer_id
  LEFT JOIN mf_sums_of_returns
    ON mf_sums_of_returns.customer_id = mf_customers.customer_id
), mf_features AS (
  SELECT
    customer_id,
    unmatched_returns,
    CAST(CAST(revenue_scaled AS DOUBLE PRECISION) / 10000 AS DOUBLE PRECISION) AS revenue_total,
    CAST(order_count AS DOUBLE PRECISION) AS order_count,
    CAST(CASE
      WHEN revenue_scaled > 0
      THEN CAST((
        later_scaled - (
          revenue_scaled - later_scaled
        )
      ) AS DOUBLE PRECISION) / revenue_scaled
      ELSE 0.0
    END AS DOUBLE PRECISION) AS trend,
    CAST(CASE
      WHEN revenue_scaled > 0
      THEN CAST(large_scaled AS DOUBLE PRECISION) / revenue_scaled
      ELSE 0.0
    END AS DOUBLE PRECISION) AS large_deal_share,
    CAST(as_of_day - last_day AS DOUBLE PRECISION) AS recency_days,
    CAST(CASE
      WHEN (
        order_days - 1
      ) > 0
      THEN CAST((
        last_day - first_day
      ) AS DOUBLE PRECISION) / (
        order_days - 1
      )
      ELSE as_of_day - first_day
    END AS DOUBLE PRECISION) AS gap_mean_days,
    CAST(CASE
      WHEN (
        order_days - 1
      ) > 1
      THEN SQRT(
        CASE
          WHEN (
            CAST((
              (
                (
                  order_days - 1
                ) * gap_squares
              ) - (
                (
                  last_day - first_day
                ) * (
                  last_day - first_day
                )
              )
            ) AS DOUBLE PRECISION) / (
              (
                order_days - 1
              ) * (
                order_days - 1
              )
            )
          ) > 0.0
          THEN (
            CAST((
              (
                (
                  order_days - 1
                ) * gap_squares
              ) - (
                (
                  last_day - first_day
                ) * (
                  last_day - first_day
                )
              )
            ) AS DOUBLE PRECISION) / (
              (
                order_days - 1
              ) * (
                order_days - 1
              )
            )
          )
          ELSE 0.0
        END
      )
      ELSE 0.0
    END AS DOUBLE PRECISION) AS gap_spread_days,
    CAST(CAST((
      CAST(items_scaled AS DOUBLE PRECISION) / 10000
    ) AS DOUBLE PRECISION) / order_count AS DOUBLE PRECISION) AS basket_items_mean,
    CAST(CASE
      WHEN list_scaled > 0
      THEN CAST(discount_scaled AS DOUBLE PRECISION) / list_scaled
      ELSE 0.0
    END AS DOUBLE PRECISION) AS discount_share,
    CAST(CASE
      WHEN (
        returned_scaled + revenue_scaled
      ) > 0
      THEN CAST(returned_scaled AS DOUBLE PRECISION) / (
        returned_scaled + revenue_scaled
      )
      ELSE 0.0
    END AS DOUBLE PRECISION) AS return_share,
    CAST(returned_line_count AS DOUBLE PRECISION) AS return_count,
    CAST(product_count AS DOUBLE PRECISION) AS product_breadth,
    CAST(CASE
      WHEN revenue_scaled > 0
      THEN CAST(category_1_scaled AS DOUBLE PRECISION) / revenue_scaled
      ELSE 0.0
    END AS DOUBLE PRECISION) AS category_o_neill_s_hne_1_share,
    CAST(CASE
      WHEN revenue_scaled > 0
      THEN CAST((
        (
          revenue_scaled - category_0_scaled
        ) - category_1_scaled
      ) AS DOUBLE PRECISION) / revenue_scaled
      ELSE 0.0
    END AS DOUBLE PRECISION) AS category_other_share,
    CAST(CASE
      WHEN revenue_scaled > 0
      THEN CAST(quarter_1_scaled AS DOUBLE PRECISION) / revenue_scaled
      ELSE 0.0
    END AS DOUBLE PRECISION) AS quarter_1_share,
    CASE WHEN COALESCE(country, 'other') = 'Spain' THEN 1.0 ELSE 0.0 END AS country_spain_share,
    CASE WHEN COALESCE(country, 'other') IN ('Spain') THEN 0.0 ELSE 1.0 END AS country_other_share
  FROM mf_measured
  CROSS JOIN mf_window
), mf_scaled AS (
  SELECT
    customer_id,
    unmatched_returns,
    CAST((
      LN(
        1.0 + CASE
          WHEN revenue_total < 0.0
          THEN 0.0
          WHEN revenue_total > 4096.0
          THEN 4096.0
          ELSE revenue_total
        END
      ) - 0.4375
    ) AS DOUBLE PRECISION) / 1.25 AS scaled_1,
    CAST((
      LN(
        1.0 + CASE
          WHEN order_count < 0.0
          THEN 0.0
          WHEN order_count > 4096.0
          THEN 4096.0
          ELSE order_count
        END
      ) - 0.375
    ) AS DOUBLE PRECISION) / 1.5 AS scaled_2,
    CAST((
      CASE WHEN trend < 0.0 THEN 0.0 WHEN trend > 64.0 THEN 64.0 ELSE trend END - 0.3125
    ) AS DOUBLE PRECISION) / 1.75 AS scaled_3,
    CAST((
      CASE
        WHEN large_deal_share < 0.0
        THEN 0.0
        WHEN large_deal_share > 64.0
        THEN 64.0
        ELSE large_deal_share
      END - 0.25
    ) AS DOUBLE PRECISION) / 2.0 AS scaled_4,
    CAST((
      CASE WHEN recency_days > 64.0 THEN 64.0 ELSE recency_days END - 0.1875
    ) AS DOUBLE PRECISION) / 2.25 AS scaled_5,
    CAST((
      CASE
        WHEN gap_mean_days < 0.0
        THEN 0.0
        WHEN gap_mean_days > 64.0
        THEN 64.0
        ELSE gap_mean_days
      END - 0.125
    ) AS DOUBLE PRECISION) / 2.5 AS scaled_6,
    CAST((
      CASE
        WHEN gap_spread_days < 0.0
        THEN 0.0
        WHEN gap_spread_days > 64.0
        THEN 64.0
        ELSE gap_spread_days
      END - 0.0625
    ) AS DOUBLE PRECISION) / 2.75 AS scaled_7,
    CAST((
      CASE
        WHEN basket_items_mean < 0.0
        THEN 0.0
        WHEN basket_items_mean > 64.0
        THEN 64.0
        ELSE basket_items_mean
      END - 0.0
    ) AS DOUBLE PRECISION) / 3.0 AS scaled_8,
    CAST((
      CASE
        WHEN discount_share < 0.0
        THEN 0.0
        WHEN discount_share > 64.0
        THEN 64.0
        ELSE discount_share
      END + 0.0625
    ) AS DOUBLE PRECISION) / 3.25 AS scaled_9,
    CAST((
      CASE WHEN return_share > 64.0 THEN 64.0 ELSE return_share END + 0.125
    ) AS DOUBLE PRECISION) / 3.5 AS scaled_10,
    CAST((
      LN(
        1.0 + CASE
          WHEN return_count < 0.0
          THEN 0.0
          WHEN return_count > 4096.0
          THEN 4096.0
          ELSE return_count
        END
      ) + 0.1875
    ) AS DOUBLE PRECISION) / 3.75 AS scaled_11,
    CAST((
      CASE
        WHEN product_breadth < 0.0
        THEN 0.0
        WHEN product_breadth > 64.0
        THEN 64.0
        ELSE product_breadth
      END + 0.25
    ) AS DOUBLE PRECISION) / 4.0 AS scaled_12,
    CAST((
      CASE
        WHEN category_o_neill_s_hne_1_share < 0.0
        THEN 0.0
        WHEN category_o_neill_s_hne_1_share > 64.0
        THEN 64.0
        ELSE category_o_neill_s_hne_1_share
      END + 0.3125
    ) AS DOUBLE PRECISION) / 4.25 AS scaled_13,
    CAST((
      CASE
        WHEN category_other_share < 0.0
        THEN 0.0
        WHEN category_other_share > 64.0
        THEN 64.0
        ELSE category_other_share
      END + 0.375
    ) AS DOUBLE PRECISION) / 4.5 AS scaled_14,
    CAST((
      CASE WHEN quarter_1_share > 64.0 THEN 64.0 ELSE quarter_1_share END + 0.4375
    ) AS DOUBLE PRECISION) / 4.75 AS scaled_15,
    CAST((
      CASE
        WHEN country_spain_share < 0.0
        THEN 0.0
        WHEN country_spain_share > 64.0
        THEN 64.0
        ELSE country_spain_share
      END + 0.5
    ) AS DOUBLE PRECISION) / 5.0 * 0.5 AS scaled_16,
    CAST((
      CASE
        WHEN country_other_share < 0.0
        THEN 0.0
        WHEN country_other_share > 64.0
        THEN 64.0
        ELSE country_other_share
      END + 0.5625
    ) AS DOUBLE PRECISION) / 5.25 * 0.5 AS scaled_17
  FROM mf_features
), mf_components AS (
  SELECT
    customer_id,
    unmatched_returns,
    -0.25 * scaled_1 + 0.25 * scaled_2 + -0.25 * scaled_3 + 0.25 * scaled_4 + -0.25 * scaled_5 + 0.25 * scaled_6 + -0.25 * scaled_7 + 0.25 * scaled_8 + -0.25 * scaled_9 + 0.25 * scaled_10 + -0.25 * scaled_11 + 0.25 * scaled_12 + -0.25 * scaled_13 + 0.25 * scaled_14 + -0.25 * scaled_15 + 0.25 * scaled_16 + -0.25 * scaled_17 + 0.0703125 AS component_1,
    0.125 * scaled_1 + 0.125 * scaled_2 + 0.5 * scaled_3 + 0.125 * scaled_4 + 0.125 * scaled_5 + 0.5 * scaled_6 + 0.125 * scaled_7 + 0.125 * scaled_8 + 0.5 * scaled_9 + 0.125 * scaled_10 + 0.125 * scaled_11 + 0.5 * scaled_12 + 0.125 * scaled_13 + 0.125 * scaled_14 + 0.5 * scaled_15 + 0.125 * scaled_16 + 0.125 * scaled_17 - 1.125 AS component_2
  FROM mf_scaled
), mf_distances AS (
  SELECT
    customer_id,
    unmatched_returns,
    SQRT(POWER((
      component_1 - 0.0
    ), 2) + POWER((
      component_2 - 0.0
    ), 2)) AS to_center_1,
    SQRT(POWER((
      component_1 - 1.5
    ), 2) + POWER((
      component_2 + 0.5
    ), 2)) AS to_center_2,
    SQRT(POWER((
      component_1 + 1.0
    ), 2) + POWER((
      component_2 - 2.0
    ), 2)) AS to_center_3
  FROM mf_components
), mf_nearest AS (
  SELECT
    customer_id,
    unmatched_returns,
    CASE
      WHEN to_center_1 <= to_center_2 AND to_center_1 <= to_center_3
      THEN 1
      WHEN to_center_2 <= to_center_1 AND to_center_2 <= to_center_3
      THEN 2
      ELSE 1
    END AS segment,
    LEAST(to_center_1, to_center_2, to_center_3) AS distance,
    CASE
      WHEN to_center_1 <= to_center_2 AND to_center_1 <= to_center_3
      THEN 0.5000060000000001
      WHEN to_center_2 <= to_center_1 AND to_center_2 <= to_center_3
      THEN 1.000011
      ELSE 2.0000210000000003
    END AS reach,
    CASE
      WHEN to_center_1 <= to_center_2 AND to_center_1 <= to_center_3
      THEN to_center_2
      WHEN to_center_2 <= to_center_1 AND to_center_2 <= to_center_3
      THEN LEAST(to_center_1, to_center_3)
      ELSE to_center_2
    END AS next_distance
  FROM mf_distances
)
SELECT
  customer_id,
  segment,
  CASE segment WHEN 1 THEN 'Regulars' WHEN 2 THEN 'O''Neill \ Söhne {{ 1 }}' END AS segment_name,
  distance,
  CASE
    WHEN next_distance > 0
    THEN 1.0 - CAST(distance AS DOUBLE PRECISION) / next_distance
    ELSE 0.0
  END AS confidence,
  distance > reach AS fits_none,
  CASE segment WHEN 1 THEN 'group' END AS trust,
  unmatched_returns
FROM mf_nearest;
