// Package connector is the LinkedIn connector: the account's own profile, a
// people search, and other members by id. It implements [plugin.Connector]:
//
//	c := connector.New(nil)
//	_, err := c.Open(ctx, &plugin.OpenRequest{Store: store})
//	_, err = c.Connect(ctx, &plugin.ConnectRequest{Connection: conn})
//	res, err := c.Invoke(ctx, &plugin.InvokeRequest{Connection: conn.ID, Action: "get_profile"}, emit)
//	_, err = c.Close(ctx, &plugin.CloseRequest{})
//
// A call goes through these layers, from the outside inwards: memory of
// replies, retry, quota, signature, and the wire, which speaks to one host
// only. Every error is a [plugin.Error], made in one place.
//
// LinkedIn has no open people search. search_people works by a finder over all
// people, which LinkedIn gives to single partners, by the typeahead among a
// page's followers, or through the account's own connections, as the setting
// search.strategy says; the output is the same.
//
// Other members' data lives in memory only, for a day at most, and is purged
// with the connection. The package starts no process and serves no RPC: that
// is done by plugin/serve and cmd/linkstep-linkedin.
//
// What becomes of each answer that package sandbox can be set to give, and so
// LinkedIn gives: the kind of the error, and the exit status of the command. A
// test makes this table.
//
//	nr fixture                       about                        kind           exit
//	 1 token_oidc                    login                        done                  0
//	 2 token_partner                 login                        done                  0
//	 3 token_minimal                 login                        done                  0
//	 4 token_2legged                 login                        done                  0
//	 5 token_refreshed_day59         refresh                      done                  0
//	 6 token_refreshed_day360        refresh                      done                  0
//	 7 token_partial_scope           login                        done                  0
//	 8 oauth_err_missing_param       login                        internal              1
//	 9 oauth_err_code_not_found      login                        reauthorize           4
//	10 oauth_err_code_mismatch       login                        reauthorize           4
//	11 oauth_err_refresh_dead        refresh                      reauthorize           4
//	12 oauth_err_client              login                        invalid_config        3
//	13 authorize_cancel_login        login                        canceled            130
//	14 authorize_cancel              login                        canceled            130
//	15 authorize_bad_scope           login                        forbidden             5
//	16 introspect_active             brought token                done                  0
//	17 introspect_expired            brought token                reauthorize           4
//	18 introspect_revoked            brought token                reauthorize           4
//	19 introspect_foreign_app        brought token                done                  0
//	20 introspect_bad_secret         brought token                invalid_config        3
//	21 discovery                     none asks for it             -                     -
//	22 jwks                          login                        done                  0
//	23 userinfo_full                 get_profile                  done                  0
//	24 userinfo_no_email_no_picture  get_profile                  done                  0
//	25 userinfo_locale_object        get_profile                  done                  0
//	26 me_lite                       get_profile by me            done                  0
//	27 me_basic                      get_profile by me            done                  0
//	28 me_multilocale                get_profile by me            done                  0
//	29 me_no_picture                 get_profile by me            done                  0
//	30 me_with_picture               get_profile by me            done                  0
//	31 me_picture_throttled          get_profile by me            done                  0
//	32 person_public                 get_person                   done                  0
//	33 person_private                get_person                   not_found             6
//	34 person_foreign_id             get_person                   not_found             6
//	35 people_batch_partial          get_people                   done                  0
//	36 people_batch_all_failed       get_people                   done                  0
//	37 email_found                   none asks for it             -                     -
//	38 email_empty                   none asks for it             -                     -
//	39 search_page1                  search_people                done                  0
//	40 search_last                   search_people                done                  0
//	41 search_empty                  search_people                done                  0
//	42 search_short_mid_page         search_people                done                  0
//	43 search_no_total               search_people                done                  0
//	44 search_disabled               search_people                forbidden             5
//	44 search_denied                 search_people                forbidden             5
//	45 connections_page              list_connections             done                  0
//	46 connections_size              count_connections            done                  0
//	47 typeahead                     search_people by typeahead   done                  0
//	48 err_401_empty                 every action                 internal              1
//	49 err_401_invalid               every action                 reauthorize           4
//	50 err_401_revoked               every action                 reauthorize           4
//	51 err_401_expired               every action                 reauthorize           4
//	52 err_401_fresh_token           every action                 done                  0
//	53 err_403_scope                 every action                 forbidden             5
//	54 err_403_scope_old             every action                 forbidden             5
//	55 err_403_unpermitted_field     every action                 forbidden             5
//	56 err_400_version_missing       every action                 internal              1
//	57 err_426_version               every action                 version_retired       3
//	58 err_400_path_syntax           every action                 internal              1
//	59 err_400_query_param           every other action           internal              1
//	59 err_400_query_param           search_people                invalid_config        3
//	60 err_400_param_invalid         every action                 invalid_input         3
//	61 err_404_route                 every other action           forbidden             5
//	61 err_404_route                 get_person                   not_found             6
//	62 err_405                       every action                 internal              1
//	63 err_411                       every action                 internal              1
//	64 err_414                       every action                 internal              1
//	65 err_409                       every action                 conflict              6
//	66 err_412                       every action                 conflict              6
//	67 err_422_duplicate             every action                 conflict              6
//	68 err_429_app_day               every action                 quota_exhausted       7
//	69 err_429_member_day            every action                 quota_exhausted       7
//	70 err_429_burst                 every action                 rate_limited          7
//	71 err_500_json                  every action                 unavailable           8
//	72 err_503_html                  every action                 unavailable           8
//	73 err_504_empty                 every action                 timeout               8
//	74 connection_reset              every action                 unavailable           8
//	75 slow_body                     every action                 done                  0
//	76 truncated_json                every action                 unavailable           8
//
// "by me" stands for a login with r_basicprofile, "by typeahead" for that
// search.
package connector

//go:generate go run ./internal/gen
