/* The study of the host program: three figures and a goal. */
static const char study_text[] =
    "{\"title\": \"Host\", \"origin\": \"2025-01-01\", \"as_of\": \"2025-03-01\","
    " \"horizon\": \"2025-06-30\","
    " \"series\": {\"visits\": {\"kind\": \"flow\", \"trend\": \"linear\", \"step_sigma\": 0.1}},"
    " \"goals\": [{\"id\": \"ten-thousand\", \"series\": \"visits\", \"statistic\": \"total\","
    "   \"start\": \"2025-01-01\", \"target\": 10000, \"deadline\": \"2025-04-30\"}],"
    " \"reports\": ["
    "  {\"series\": \"visits\", \"statistic\": \"total\", \"start\": \"2025-01-01\","
    "   \"end\": \"2025-01-31\", \"relation\": \"about\", \"value\": 2000},"
    "  {\"series\": \"visits\", \"statistic\": \"mean\", \"start\": \"2025-02-10\","
    "   \"end\": \"2025-02-16\", \"relation\": \"about\", \"value\": 85},"
    "  {\"series\": \"visits\", \"statistic\": \"value\", \"start\": \"2025-02-28\","
    "   \"relation\": \"exact\", \"value\": 93}]}";
