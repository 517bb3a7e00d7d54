//! Keys for tests only. They were made for this file, stand in public, and protect nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

/// The private key of [`rsa_public`].
pub(crate) fn rsa() -> EncodingKey {
    EncodingKey::from_rsa_der(&STANDARD.decode(RSA).unwrap())
}

/// The private key of [`other_rsa_public`].
pub(crate) fn other_rsa() -> EncodingKey {
    EncodingKey::from_rsa_der(&STANDARD.decode(OTHER_RSA).unwrap())
}

/// The private key of [`ec_public`].
pub(crate) fn ec() -> EncodingKey {
    EncodingKey::from_ec_der(&STANDARD.decode(EC).unwrap())
}

pub(crate) fn rsa_public(kid: &str) -> Value {
    json!({ "kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": RSA_MODULUS, "e": "AQAB" })
}

pub(crate) fn other_rsa_public(kid: &str) -> Value {
    json!({ "kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": OTHER_RSA_MODULUS, "e": "AQAB" })
}

/// With a modulus of 512 bits.
pub(crate) fn rsa_512_public(kid: &str) -> Value {
    json!({ "kty": "RSA", "kid": kid, "n": RSA_512_MODULUS, "e": "AQAB" })
}

/// With a modulus of 1024 bits.
pub(crate) fn rsa_1024_public(kid: &str) -> Value {
    json!({ "kty": "RSA", "kid": kid, "n": RSA_1024_MODULUS, "e": "AQAB" })
}

pub(crate) fn ec_public(kid: &str) -> Value {
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": EC_X, "y": EC_Y })
}

const EC_X: &str = "EL5E0QGkH85dFLAgd7jte_W6zGOi1CoGpG2bYJ9Y5ow";
const EC_Y: &str = "bjgSNDv17fwXU1EhxSTu7cmG4Pv9_fRhvr82nZ8vg34";
const RSA_MODULUS: &str = "\
    w_GDtB_wnMqSC_qTFB9kkvILAIz_Mgrpga-iEXaaGpwhd1RnAohwmbsHhl6SYj77ngw9gvYCtWsscHqUQBVoBJxDPwVCLqmnl96K_oOB_cakl0\
    kTTXgN-8MRDKvf05yq9mzhHUX44H2p6s-y5Sgstr1GP6Zm0k_qDYowR0uv3qLXuhgSL29p80RSRs_7j1LJOpEeqeNWsai29CBxkfPH-rcxH6He\
    tqwGgsUJR1_QRuer4cbzYU3zFVmJOFtly6neYQ2aq46f2fv4Ju_8gXkcCy9yOXW34Qrixvns3VRpL2Q52YYCPpVgHI9MJ23KjxfeU0nMAi7tvH\
    675PsQQE0bmQ";
const OTHER_RSA_MODULUS: &str = "\
    mTTDaGFmTgpRCKVnH3DV0XXG1kIZBfRu7YDAu0GvI3AJtbjzzokCp1G8Zw0A18cE8ks6WieHhck1W7ZMCnW1XkveOsNHwKat1AY0eZaXz0t8v_\
    V1rZD0nuGkyIEccOpWlHH2C4qw635Jhl3a2HWTlldG-J7e3pgO0wLDMgOK3gtc1ga2NTRTTwHj4xiVK8KHUCesqDpUsDZBt7SYN1-\
    hQiqJYTAkBmlsiYM59euHa-0ZftpjTAjlOf7D1iRniTSy8Y6DLugbgGB3qMFMvlSj5zvCKwqT-\
    UMbe4nMD0xg990gAaMvhneTxI8QihBP5JJuq4Qvr8OhPXgqjPSF3Du3pw";
const RSA_512_MODULUS: &str = "\
    6v4j3i51onadMj6kdHuw7EnneFhVZuDUXtiTWGJmQPfuz8POLOIxG7PVnSuQ5dcXz56EovsKu8ymCCPsvcDLwQ";
const RSA_1024_MODULUS: &str = "\
    q5u41qTgd88Ph7kmlIc14Rf7nPr_1Ca7KN15pNQpP43Wg-27pOVAvpVL4yMZHMXjqez0e-\
    CT_v7OhiBWBKGODt4SLTak8Q1LAqk5cyC2XCaSVzo2LEjjZpieBsRA97Q167I-WWd5wVlYA2X4-vI4fapSafzM6WpX5fKPRbMiPEM";
const EC: &str = "\
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpYhvyuC5hpK11GKpz10frf15ToU0jPsr7bQkbFUVLsmhRANCAAQQvkTRAaQfzl\
    0UsCB3uO179brMY6LUKgakbZtgn1jmjG44EjQ79e38F1NRIcUk7u3JhuD7/f30Yb6/Np2fL4N+";
const RSA: &str = "\
    MIIEowIBAAKCAQEAw/GDtB/wnMqSC/qTFB9kkvILAIz/Mgrpga+iEXaaGpwhd1RnAohwmbsHhl6SYj77ngw9gvYCtWsscHqUQBVoBJxDPwVCLq\
    mnl96K/oOB/cakl0kTTXgN+8MRDKvf05yq9mzhHUX44H2p6s+y5Sgstr1GP6Zm0k/qDYowR0uv3qLXuhgSL29p80RSRs/7j1LJOpEeqeNWsai2\
    9CBxkfPH+rcxH6HetqwGgsUJR1/QRuer4cbzYU3zFVmJOFtly6neYQ2aq46f2fv4Ju/8gXkcCy9yOXW34Qrixvns3VRpL2Q52YYCPpVgHI9MJ2\
    3KjxfeU0nMAi7tvH675PsQQE0bmQIDAQABAoIBAD8rl0rUe0WJN0F+ZLl5j3qiZvKkAkgXZYWmYmkf4/nNOSrX/qe95hNhzUDAL5BV/tfK2W/l\
    sSTc6wROOIpafGD0Iefo4ZfaoUngeM4qBpgS2RBfAkaY/GUc09vSc4Qs/58XphHCc8SoLsYhdOrVI2k8py+xDXgjRHFeCkeJ+qabJ+XpXQz+xY\
    h198DxIqNt0ow437AeuZbwapLbm/CnpgqUG0OsxBWF5lLKA0DBX0jqu/WGz8Uxd/osetyZ93GLFn9sNPkD8fyGDaL072M7cziys47T2aJFyV59\
    j6AOSAZlXSijSjp3l/t36oM4iTF8YQSlyxEEBcwSetvY3Ut38TsCgYEA4tp45Ob+QoO4rAoNwm79Hj/CEbspsh/KXcOZj0LFy2xnc4BmlHjrUJ\
    hsHmVRicByptil99yP3eYw8Hbhhx1v9zMY5n6D3iXOkucbmUyxd0FoGH9WH0NrmyZyUfGu3B8TMYtQEN7p7FWcdqkE6wGdkirvk8qSwoNOhu/+\
    ctLUcOcCgYEA3R5efoluHM0CyvHjGx0Fc7RXVID4a82C2gsgqsCwwXreeRnIK2hfR2mCoKMOLAkQnoEKepaqbZCqUd/MnJwts47H9Z6gqn7PeU\
    olVSSkktLtb2J4CjFYc7ibEAYBxHnEL3i3JzD81ppwwNJYUTvhH2rwpboboozLMZ1ucjqV/38CgYBxbMsFqHl4yGONoXk/vj7Q4RAnzW0LotmM\
    CEC/YKOFEq6nEYw4sDz4Dz3/9KjQN2kcAzb4t083o+DUWpxo8k8JSoMovBky+bRPvz4NaEtTVWC23vQwrYUgDhka37yOUvtFymI+DTbo8+VHbz\
    sGRciDTPR88MxwdTbOQTD4OHIAAQKBgQCOkrNZIaH3PhUr6DWIWPkX9tNMcHA9imBx2TTyBJaz2layfPY9TuoIcLbCfwB3Ukz99rRcAOPZC6tW\
    aVhULrulCE5USDjOVj/OtAlIUf0vkoN4C2TdJZ4j14dcGJNxLRZbiZmG0qZkdWZ4XeiGUHbCvEB4i3ygHeoyjpEVZEMtXwKBgFC3wE3dIcuni2\
    DIhskArSbT7kLt5ydcNb6wsOuZ3tUHxVOSyE/17OeT9ScbFJ/ieldAzAGL0gWamL4iItl/2oCVGMAoyc5fbMNQJ9l6j4yYwdn16sWqDtxevLWD\
    gCLL9dC+GMvyBVArISJf4VgWpRUoUJEBsB0n5qnPOBua3NzS";
const OTHER_RSA: &str = "\
    MIIEpAIBAAKCAQEAmTTDaGFmTgpRCKVnH3DV0XXG1kIZBfRu7YDAu0GvI3AJtbjzzokCp1G8Zw0A18cE8ks6WieHhck1W7ZMCnW1XkveOsNHwK\
    at1AY0eZaXz0t8v/V1rZD0nuGkyIEccOpWlHH2C4qw635Jhl3a2HWTlldG+J7e3pgO0wLDMgOK3gtc1ga2NTRTTwHj4xiVK8KHUCesqDpUsDZB\
    t7SYN1+hQiqJYTAkBmlsiYM59euHa+0ZftpjTAjlOf7D1iRniTSy8Y6DLugbgGB3qMFMvlSj5zvCKwqT+UMbe4nMD0xg990gAaMvhneTxI8Qih\
    BP5JJuq4Qvr8OhPXgqjPSF3Du3pwIDAQABAoIBACZEXRip12Vfw0zPD5p1Uxrt+ZvTx69KlhiBo+JB7k6CMhKvX0pzw3NqgY4V2+OJpO0mKC2T\
    mRCsKMU/G/Ay5Xnnplr0Iux2VY3TfPDv0fxnpQHHfDy9q7QxtTiVszZq+fQ7INNSMY2orhG/SKXvfE09gI8iE5Xy0iUXmAzagKmkNqf0dBFsS6\
    nXpYaTojjI/rMzcm6PddpyzTCkNVHUtvMzer0PypTE4zQwDvuwbeYvapIqb5QTQXfIo6zSuDmoQ91+YZ+goToAR2QAY91EsjelbPn+7sT1g2RR\
    PDPiSgN0jDUgqXnjLvWGQ0dlEr0n+1jGA/MU66XO+NM5Q6Dh0l0CgYEA1wHoMgOpCJy5Zn5H8b/Ro0D8rCEdEevxua8uYtZU8PPWFp26F06U+u\
    mcFS4VwZCuST1t7ff6xIpsFKIzxB4RuqwOcqEHXyRXa8kF5cHBaaCAKiFgUAkkxIGuQBWfyw9+5ChrLSrkwVHgvhF3i6ZxCp9vGf4ThW3gbHkl\
    kCOf3oUCgYEAtmp0I4AhpGoO4t7pqeW7ngyF0JI4NTeQCJXgpAXz6gW+SPvUs5dlOIiq1G6j6jUF5FWlAyolS8MsskLIbB0ZU/8/KWF3qSMoI1\
    nt9vqQh7jo488lXsShW0GBRXE3s9Yr3ck05z07TzwfEs2Kmn/BYEg1QhdbqcLWX7umoSzeYzsCgYBJRkYa3XJ7E+Z/jqP4OLY6XAiApRxiIjYU\
    YSZ+2qrCH2ej94cXMFnHlVvzP+x8NlGfdkcDpdKZrs8czRa1TMYgB0k5ObXob9s3SaAv6DOBSwjC0vMe867LJaL8BiKaMqK9ISU9lHO3iq78N7\
    m1Jzk5NJLJmfSPMZ4decAaenmefQKBgQCMIs3j8+xkbaHQAmXJwpZWvdITQDF0GKJLJjD0cSpH72+Wi/iEm1sEimGKXxEHvQIwvubMvpT2VhNB\
    QvLLs7Mgh2dTd/BAfKS6O70HTsi3q4Mmd52C51X6UCFqYqbjPjZm5MsCllS48zv/6u1+8YRyXiakBmPBz892ric9jMWvvwKBgQCVL/oq0DRorO\
    PgurqUe83OfDnGPEIkr06sp/8G/wiSUAHvEMbU6LdUcK+Xf7r/ndufdfeXquQF//uKqNS60Tm12iQTWb4iYFXi+6gHffNhRaUFVckYoG6Q/B6N\
    3rHc1lPkn9zetVdGt4RLc0om4s7de3/wi3moyhAWygMLKU14Iw==";
